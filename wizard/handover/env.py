"""Environment variables, for programs that are configured by a .env file."""

from __future__ import annotations

import re
import shlex
from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    in_a_row,
    name_of,
    require_outgoing,
    sending_step,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("env", tr_later("Environment variables (.env)"), TargetKind.PROGRAM, takes_password=True)

_ENCRYPTION: Final = {Security.TLS: "tls", Security.STARTTLS: "starttls", Security.NONE: "none"}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The variables: the common SMTP_ names, and Django's; with the password where one is given."""
    name = f"{file_stem(account.address.wire)}.env"
    password = (
        tr(STANDS_IN_FILE)
        if secret is not None
        else tr("The password is left empty. Better than writing it here: let your program's secret store set it.")
    )
    who_signs_in = sending_step(
        account,
        typed=in_a_row(
            password, tr("Programs in Python (Django, Flask) can only send a password of ASCII characters.")
        ),
        fetched=tr("A program that only knows these variables cannot send with this account."),
    )
    return Sheet(
        TARGET,
        tr("Use it as environment variables"),
        (
            tr("No standard names these variables: keep the set your program reads."),
            who_signs_in,
        ),
        (),
        files=(
            HandoverFile(
                name,
                "text/plain",
                _variables(account, secret),
                tr("A shell and most .env readers take it as it is."),
                holds_secret=secret is not None,
            ),
        ),
    )


def _variables(account: VerifiedAccount, secret: Secret | None) -> bytes:
    password = secret.reveal() if secret is not None else ""
    server = require_outgoing(
        account, refusal=tr("This file needs the sending server, and only receiving was checked.")
    )
    address = account.address.wire
    pairs = (
        ("SMTP_HOST", ascii_host(server.host)),
        ("SMTP_PORT", str(server.port)),
        ("SMTP_ENCRYPTION", _ENCRYPTION[server.security]),
        ("SMTP_USER", server.username),
        ("SMTP_PASSWORD", password),
        ("SMTP_FROM", address),
        ("SMTP_FROM_NAME", name_of(account)),
        ("EMAIL_HOST", ascii_host(server.host)),
        ("EMAIL_PORT", str(server.port)),
        ("EMAIL_HOST_USER", server.username),
        ("EMAIL_HOST_PASSWORD", password),
        ("EMAIL_USE_SSL", str(server.security is Security.TLS)),
        ("EMAIL_USE_TLS", str(server.security is Security.STARTTLS)),
        ("DEFAULT_FROM_EMAIL", address),
    )
    passwords, users = ("SMTP_PASSWORD", "EMAIL_HOST_PASSWORD"), ("SMTP_USER", "EMAIL_HOST_USER")
    left_out: tuple[str, ...] = passwords if sends_with_token(account) else ()
    if sends_without_sign_in(account):
        left_out = (*users, *passwords)
    return "".join(f"{name}={quoted(value)}\n" for name, value in pairs if name not in left_out).encode()


def quoted(value: str) -> str:
    """The value for a shell and for readers of .env files, which know no piecewise quoting: one pair of quotes."""
    if "'" not in value:
        return shlex.quote(value) if value else ""
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'
