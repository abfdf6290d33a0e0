"""WordPress with the plugin WP Mail SMTP: constants for wp-config.php."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    BROWSER_ONLY,
    NOBODY_SIGNS_IN,
    ascii_host,
    name_of,
    require_outgoing,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

TARGET = Target("wordpress", "WordPress (WP Mail SMTP)", TargetKind.PROGRAM)

# PHPMailer's words: ssl is encrypted from the start, tls is STARTTLS.
_SSL: Final = {Security.TLS: "ssl", Security.STARTTLS: "tls", Security.NONE: ""}

_WORD_STEP: Final = (
    "Put the password between the quotes of WPMS_SMTP_PASS on the server; write \\' for ' and \\\\ for \\."
)


def sheet(account: VerifiedAccount) -> Sheet:
    """The constants, to be pasted into wp-config.php."""
    say = "Paste it into wp-config.php above the line that says “stop editing”."
    if sends_with_token(account):
        return Sheet(
            TARGET,
            "Use it in WordPress",
            (
                f"{BROWSER_ONLY} Constants in wp-config.php cannot fetch one.",
                "Install the plugin WP Mail SMTP and choose the mailer of your provider there (such as Google or "
                "Microsoft) in place of “Other SMTP”; it signs in on the provider's page.",
                f"If it asks for them: the server is {ascii_host(require_outgoing(account, 'WordPress').host)}, the "
                f"sender {account.address.wire}.",
            ),
            (),
        )
    name = f"{file_stem(account.address.wire)}-wp-config.txt"
    return Sheet(
        TARGET,
        "Use it in WordPress",
        (
            "Install the plugin WP Mail SMTP.",
            say,
            NOBODY_SIGNS_IN if sends_without_sign_in(account) else _WORD_STEP,
            "Send a test from WP Mail SMTP, Tools, Email Test.",
        ),
        (),
        files=(HandoverFile(name, "text/plain", _constants(account), say),),
    )


def _constants(account: VerifiedAccount) -> bytes:
    server = require_outgoing(account, "WordPress")
    constants: tuple[tuple[str, str | int | bool], ...] = (
        ("WPMS_ON", True),
        ("WPMS_MAILER", "smtp"),
        ("WPMS_SMTP_HOST", ascii_host(server.host)),
        ("WPMS_SMTP_PORT", server.port),
        ("WPMS_SSL", _SSL[server.security]),
        ("WPMS_SMTP_AUTH", not sends_without_sign_in(account)),
        ("WPMS_SMTP_AUTOTLS", server.security is not Security.NONE),
        ("WPMS_SMTP_USER", server.username),
        ("WPMS_SMTP_PASS", ""),
        ("WPMS_MAIL_FROM", account.address.wire),
        ("WPMS_MAIL_FROM_FORCE", True),
        ("WPMS_MAIL_FROM_NAME", name_of(account)),
    )
    left_out = ("WPMS_SMTP_USER", "WPMS_SMTP_PASS") if sends_without_sign_in(account) else ()
    said = (f"define( '{name}', {_php(value)} );\n" for name, value in constants if name not in left_out)
    return "".join(said).encode()


def _php(value: str | int | bool) -> str:
    """The value as PHP writes it; in single quotes only \\ and ' mean anything."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
