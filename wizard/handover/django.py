"""Django: settings for its SMTP backend."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.python_settings import Setting, password_steps, python_settings
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    ascii_host,
    name_of,
    require_ascii_password,
    require_outgoing,
    require_password,
    sender,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("django", "Django", TargetKind.PROGRAM, takes_password=True)

VARIABLE = "EMAIL_HOST_PASSWORD"


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The settings, with the password where one is given; Python's smtplib sends no other than an ASCII one."""
    require_password(
        account.outgoing_auth,
        tr_context("an access token", "Django's SMTP backend has no way to fetch one, so it cannot use this account."),
    )
    require_ascii_password(secret, "Django")
    steps = [
        tr("Paste the lines into {place}.", place="settings.py"),
        *password_steps(account, VARIABLE, secret),
        tr("Try it: {command}", command=f"python manage.py sendtestemail {account.address.wire}"),
    ]
    say = tr("Paste it into {place}.", place="settings.py")
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-settings.py",
        "text/x-python",
        _settings(account, secret),
        say,
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="Django"), tuple(steps), (), files=(file,))


def _settings(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Django")
    pairs: list[Setting] = [
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
    return python_settings(account, pairs, VARIABLE, secret)
