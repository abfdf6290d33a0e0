"""Environment variables, for programs that are configured by a .env file."""

from __future__ import annotations

import shlex
from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import ascii_host, name_of, require_outgoing
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

TARGET = Target("env", "Environment variables (.env)", TargetKind.PROGRAM)

_ENCRYPTION: Final = {Security.TLS: "tls", Security.STARTTLS: "starttls", Security.NONE: "none"}


def sheet(account: VerifiedAccount) -> Sheet:
    """The variables: the common SMTP_ names, and Django's."""
    name = f"{file_stem(account.address.wire)}.env"
    return Sheet(
        TARGET,
        "Use it as environment variables",
        (
            "No standard names these variables: keep the set your program reads.",
            "The password is left empty. Better than writing it here: let your program's secret store set it.",
        ),
        (),
        files=(
            HandoverFile(name, "text/plain", _variables(account), "A shell and most .env readers take it as it is."),
        ),
    )


def _variables(account: VerifiedAccount) -> bytes:
    server = require_outgoing(account, "This file")
    address = account.address.wire
    pairs = (
        ("SMTP_HOST", ascii_host(server.host)),
        ("SMTP_PORT", str(server.port)),
        ("SMTP_ENCRYPTION", _ENCRYPTION[server.security]),
        ("SMTP_USER", server.username),
        ("SMTP_PASSWORD", ""),
        ("SMTP_FROM", address),
        ("SMTP_FROM_NAME", name_of(account)),
        ("EMAIL_HOST", ascii_host(server.host)),
        ("EMAIL_PORT", str(server.port)),
        ("EMAIL_HOST_USER", server.username),
        ("EMAIL_HOST_PASSWORD", ""),
        ("EMAIL_USE_SSL", str(server.security is Security.TLS)),
        ("EMAIL_USE_TLS", str(server.security is Security.STARTTLS)),
        ("DEFAULT_FROM_EMAIL", address),
    )
    return "".join(f"{name}={shlex.quote(value) if value else ''}\n" for name, value in pairs).encode()
