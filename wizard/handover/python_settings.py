"""Settings of a Python framework as lines of its own language; the password stands in them or in a variable."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.handover.words import environment_step, sends_without_sign_in
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret

Setting = tuple[str, str | int | bool]


def python_settings(
    account: VerifiedAccount, settings: Sequence[Setting], password_name: str, secret: Secret | None
) -> bytes:
    """The lines; where one signs in, `password_name` last, from the environment unless a secret is given."""
    lines = [f"{name} = {value!r}" for name, value in settings]
    if not sends_without_sign_in(account):
        shown = repr(secret.reveal()) if secret is not None else f'os.environ["{password_name}"]'
        lines.append(f"{password_name} = {shown}")
        if secret is None:
            lines.insert(0, "import os\n")
    return ("\n".join(lines) + "\n").encode()


def password_steps(account: VerifiedAccount, password_name: str, secret: Secret | None) -> list[str]:
    """Where the password goes, and which ones Python's smtplib sends."""
    steps = [environment_step(account, password_name, written=secret is not None)]
    if not sends_without_sign_in(account):
        steps.append(tr("Python's library for sending takes only a password of ASCII characters."))
    return steps
