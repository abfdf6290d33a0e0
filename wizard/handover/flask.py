"""Flask with the extension Flask-Mail: its settings."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.python_settings import Setting, password_steps, python_settings
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    ascii_host,
    cannot_fetch,
    name_of,
    require_ascii_password,
    require_outgoing,
    require_password,
    sender,
    sends_without_sign_in,
)
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("flask", "Flask (Flask-Mail)", TargetKind.PROGRAM, takes_password=True)

VARIABLE = "MAIL_PASSWORD"


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The settings as a Python file for `app.config.from_pyfile`; the password in it where one is given."""
    require_password(account.outgoing_auth, cannot_fetch("Flask-Mail"))
    require_ascii_password(secret, "Flask-Mail")
    name = f"{file_stem(account.address.wire)}-flask.py"
    steps = [
        tr("Save the file beside your program and read it in: {line}.", line=f'app.config.from_pyfile("{name}")'),
        *password_steps(account, VARIABLE, secret),
    ]
    file = HandoverFile(
        name,
        "text/x-python",
        _settings(account, secret),
        tr("Read by {command}.", command="app.config.from_pyfile"),
        secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="Flask"), tuple(steps), (), files=(file,))


def _settings(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Flask-Mail")
    pairs: list[Setting] = [
        ("MAIL_SERVER", ascii_host(server.host)),
        ("MAIL_PORT", server.port),
        ("MAIL_USE_SSL", server.security is Security.TLS),
        ("MAIL_USE_TLS", server.security is Security.STARTTLS),
        ("MAIL_DEFAULT_SENDER", sender(name_of(account), account.address.wire)),
    ]
    if not sends_without_sign_in(account):
        pairs.append(("MAIL_USERNAME", server.username))
    return python_settings(account, pairs, VARIABLE, secret)
