"""WordPress with the plugin WP Mail SMTP or FluentSMTP: constants for wp-config.php."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.php import php
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind, tr_field
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    browser_only,
    name_of,
    require_outgoing,
    sending_step,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("wordpress", "WordPress (WP Mail SMTP, FluentSMTP)", TargetKind.PROGRAM, takes_password=True)

# PHPMailer's words: ssl is encrypted from the start, tls is STARTTLS.
_SSL: Final = {Security.TLS: "ssl", Security.STARTTLS: "tls", Security.NONE: ""}

_WORD_STEP: Final = tr_later(
    "Put the password between the quotes of WPMS_SMTP_PASS (FluentSMTP: FLUENTMAIL_SMTP_PASSWORD) on the server; "
    "write \\' for ' and \\\\ for \\."
)

_SIGN_IN: Final = ("WPMS_SMTP_USER", "WPMS_SMTP_PASS", "FLUENTMAIL_SMTP_USERNAME", "FLUENTMAIL_SMTP_PASSWORD")


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The constants, to be pasted into wp-config.php, with the password where one is given."""
    say = tr("Paste it into wp-config.php above the line that says “stop editing”.")
    if sends_with_token(account):
        return Sheet(
            TARGET,
            tr("Use it in {program}", program="WordPress"),
            (
                browser_only(tr_context("an access token", "Constants in wp-config.php cannot fetch one.")),
                tr(
                    "Install the plugin WP Mail SMTP and choose the mailer of your provider there (such as Google or "
                    "Microsoft) in place of “Other SMTP”; it signs in on the provider's page."
                ),
                tr(
                    "If it asks for them: the server is {host}, the sender {address}.",
                    host=ascii_host(require_outgoing(account, "WordPress").host),
                    address=account.address.wire,
                ),
            ),
            (),
        )
    server = require_outgoing(account, "WordPress")
    name = f"{file_stem(account.address.wire)}-wp-config.txt"
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="WordPress"),
        (
            tr("Install the plugin WP Mail SMTP, or FluentSMTP."),
            say,
            sending_step(account, typed=tr(_WORD_STEP if secret is None else STANDS_IN_FILE)),
            tr(
                "FluentSMTP reads user name and password from there (“Store Access Keys in Config File”); copy the "
                "other fields into its form: server {host}, port {port}, encryption {encryption}.",
                host=ascii_host(server.host),
                port=server.port,
                encryption=_fluent(server.security),
            ),
            tr("Send a test from the plugin: Tools, Email Test, or Email Test in FluentSMTP."),
        ),
        (),
        files=(HandoverFile(name, "text/plain", _constants(account, secret), say, secret is not None),),
    )


def _fluent(security: Security) -> str:
    if security is Security.NONE:
        return tr_field("field of wordpress", "None")
    return "SSL" if security is Security.TLS else "TLS"


def _constants(account: VerifiedAccount, secret: Secret | None) -> bytes:
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
        ("WPMS_SMTP_PASS", secret.reveal() if secret is not None else ""),
        ("WPMS_MAIL_FROM", account.address.wire),
        ("WPMS_MAIL_FROM_FORCE", True),
        ("WPMS_MAIL_FROM_NAME", name_of(account)),
        ("FLUENTMAIL_SMTP_USERNAME", server.username),
        ("FLUENTMAIL_SMTP_PASSWORD", secret.reveal() if secret is not None else ""),
    )
    left_out = _SIGN_IN if sends_without_sign_in(account) else ()
    said = (f"define( '{name}', {php(value)} );\n" for name, value in constants if name not in left_out)
    return "".join(said).encode()
