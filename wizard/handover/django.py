"""Django: settings for its SMTP backend."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    ascii_host,
    environment_step,
    name_of,
    require_ascii_password,
    require_outgoing,
    require_password,
    sender,
    sends_without_sign_in,
)
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("django", "Django", TargetKind.PROGRAM)

VARIABLE = "EMAIL_HOST_PASSWORD"


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The settings, with the password where one is given; Python's smtplib sends no other than an ASCII one."""
    require_password(account, account.outgoing_auth, "Django's SMTP backend")
    require_ascii_password(secret, "Django")
    steps = [
        "Paste the lines into settings.py.",
        environment_step(account, VARIABLE, written=secret is not None),
    ]
    if not sends_without_sign_in(account):
        steps.append("Python's library for sending takes only a password of ASCII characters.")
    steps.append(f"Try it: python manage.py sendtestemail {account.address.wire}")
    say = "Paste it into settings.py."
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-settings.py",
        "text/x-python",
        _settings(account, secret),
        say,
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, "Use it in Django", tuple(steps), (), files=(file,))


def _settings(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Django")
    pairs: list[tuple[str, str | int | bool]] = [
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
        ("EMAIL_HOST", ascii_host(server.host)),
        ("EMAIL_PORT", server.port),
        ("EMAIL_USE_SSL", server.security is Security.TLS),
        ("EMAIL_USE_TLS", server.security is Security.STARTTLS),
    ]
    if not sends_without_sign_in(account):
        pairs.append(("EMAIL_HOST_USER", server.username))
    pairs += [
        ("DEFAULT_FROM_EMAIL", sender(name_of(account), account.address.wire)),
        ("SERVER_EMAIL", account.address.wire),
    ]
    lines = [f"{name} = {value!r}" for name, value in pairs]
    if not sends_without_sign_in(account):
        shown = repr(secret.reveal()) if secret is not None else f'os.environ["{VARIABLE}"]'
        lines.append(f"{VARIABLE} = {shown}")
        if secret is None:
            lines.insert(0, "import os\n")
    return ("\n".join(lines) + "\n").encode()
