"""Laravel: the MAIL_ variables of its .env file."""

from __future__ import annotations

from typing import Final

from wizard.handover.env import quoted
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    name_of,
    require_outgoing,
    require_password,
    sending_step,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("laravel", "Laravel", TargetKind.PROGRAM, takes_password=True)

# Version 10 and older read MAIL_ENCRYPTION, newer ones MAIL_SCHEME; each ignores the other's.
_ENCRYPTION: Final = {Security.TLS: "ssl", Security.STARTTLS: "tls", Security.NONE: "null"}
_SCHEME: Final = {Security.TLS: "smtps", Security.STARTTLS: "smtp", Security.NONE: "smtp"}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The variables, with the password where one is given."""
    require_password(
        account.outgoing_auth,
        tr_context("an access token", "Laravel's SMTP mailer has no way to fetch one, so it cannot use this account."),
    )
    empty = tr("The password is left empty: set MAIL_PASSWORD on the server, in double quotes.")
    steps = (
        tr(
            "Put the lines into {place} in place of those that begin with MAIL_, then run: {command}",
            place=".env",
            command="php artisan config:clear",
        ),
        sending_step(account, typed=tr(STANDS_IN_FILE) if secret is not None else empty),
    )
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-laravel.env",
        "text/plain",
        _variables(account, secret),
        tr("Its lines go into {place}.", place=".env"),
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="Laravel"), steps, (), files=(file,))


def _variables(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Laravel")
    pairs = [
        ("MAIL_MAILER", "smtp"),
        ("MAIL_SCHEME", _SCHEME[server.security]),
        ("MAIL_ENCRYPTION", _ENCRYPTION[server.security]),
        ("MAIL_HOST", ascii_host(server.host)),
        ("MAIL_PORT", str(server.port)),
    ]
    if not sends_without_sign_in(account):
        password = secret.reveal() if secret is not None else ""
        pairs += [("MAIL_USERNAME", server.username), ("MAIL_PASSWORD", password)]
    pairs += [("MAIL_FROM_ADDRESS", account.address.wire), ("MAIL_FROM_NAME", name_of(account))]
    return "".join(f"{name}={quoted(value)}\n" for name, value in pairs).encode()
