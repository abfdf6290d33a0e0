"""Symfony Mailer: the MAILER_DSN of its .env file."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.url import PLACEHOLDER, encoded, url
from wizard.handover.words import (
    STANDS_IN_FILE,
    require_outgoing,
    require_password,
    sending_step,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret

TARGET = Target("symfony", "Symfony Mailer", TargetKind.PROGRAM, takes_password=True)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The DSN, with the word PASSWORD where the password belongs, or with the one that is given."""
    require_password(
        account.outgoing_auth,
        tr_context(
            "an access token", "Symfony's SMTP transport has no way to fetch one, so it cannot use this account."
        ),
    )
    put = tr(
        "Put the password in place of {placeholder}, percent-encoded (PHP's rawurlencode); better keep the line in the "
        "secrets: {command}",
        placeholder=PLACEHOLDER,
        command="php bin/console secrets:set MAILER_DSN",
    )
    steps = (
        tr("Put the line into .env.local, which is not shared, in place of the one that begins with MAILER_DSN."),
        sending_step(account, typed=tr(STANDS_IN_FILE) if secret is not None else put),
        tr("Send only as {address}: set it as “from” in the mailer's configuration.", address=account.address.wire),
        tr("Try it: {command}", command=f"php bin/console mailer:test {account.address.wire}"),
    )
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-symfony.env",
        "text/plain",
        _line(account, secret),
        tr("Its line goes into {place}.", place=".env.local"),
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="Symfony"), steps, (), files=(file,))


def _line(account: VerifiedAccount, secret: Secret | None) -> bytes:
    password = PLACEHOLDER if secret is None else encoded(secret.reveal())
    server = require_outgoing(account, "Symfony")
    # Nothing that is percent-encoded means anything inside single quotes.
    return f"MAILER_DSN='{url(server, password, signs_in=not sends_without_sign_in(account))}'\n".encode()
