"""Postfix as a satellite: everything this computer sends goes out through the account."""

from __future__ import annotations

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    NOBODY_SIGNS_IN,
    STANDS_IN_FILE,
    ascii_host,
    in_a_row,
    require_outgoing,
    require_password,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("postfix", tr_later("Postfix (relay)"), TargetKind.PROGRAM, ("postfix",), takes_password=True)

_WORD = "PASSWORD"


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The lines for main.cf, and the table with user name and password."""
    require_outgoing(account, "Postfix")
    require_password(
        account.outgoing_auth,
        tr_context(
            "an access token",
            "Postfix without a SASL plug-in has no way to fetch one, so it cannot use this account.",
        ),
    )
    stem = file_stem(account.address.wire)
    steps = [
        tr(
            "As root, append {file} to {place} and take out an older “relayhost” line.",
            file=f"{stem}-main.cf",
            place="/etc/postfix/main.cf",
        )
    ]
    files = [
        HandoverFile(
            f"{stem}-main.cf",
            "text/plain",
            _main_cf(account),
            tr("Its lines go to the end of {place}.", place="main.cf"),
        ),
    ]
    if sends_without_sign_in(account):
        steps.append(tr(NOBODY_SIGNS_IN))
    else:
        say = tr("Goes to {place}, mode 600, owner root.", place="/etc/postfix/sasl_passwd")
        steps += [
            in_a_row(
                tr(
                    "Save {file} as {place}, mode 600, owner root.",
                    file=f"{stem}-sasl_passwd",
                    place="/etc/postfix/sasl_passwd",
                ),
                tr(STANDS_IN_FILE)
                if secret is not None
                else tr("Put the password in place of {placeholder} there.", placeholder=_WORD),
            ),
            tr("Postfix signs in by the package libsasl2-modules (Debian) or cyrus-sasl-plain (Fedora): install it."),
        ]
        files.append(
            HandoverFile(
                f"{stem}-sasl_passwd", "text/plain", _passwords(account, secret), say, holds_secret=secret is not None
            )
        )
    steps += [
        tr("Run: {command}", command="systemctl reload postfix"),
        tr(
            "Every message goes out as {address}, which is what the server demands of a sender. Do not use "
            "smtp_generic_maps for that: with “static:” it rewrites recipients too.",
            address=account.address.wire,
        ),
    ]
    return Sheet(TARGET, tr("Use it in {program}", program="Postfix"), tuple(steps), (), files=tuple(files))


def _main_cf(account: VerifiedAccount) -> bytes:
    server = require_outgoing(account, "Postfix")
    lines = [f"relayhost = {_relay(account)}"]
    if server.security is Security.NONE:
        lines.append("smtp_tls_security_level = none")
    else:
        lines += [
            "smtp_tls_security_level = verify",
            f"smtp_tls_wrappermode = {'yes' if server.security is Security.TLS else 'no'}",
            "smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt",
        ]
    if not sends_without_sign_in(account):
        lines += [
            "smtp_sasl_auth_enable = yes",
            "smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd",
            "smtp_sasl_security_options = noanonymous",
            "smtp_sasl_tls_security_options = noanonymous",
        ]
    # A dollar sign begins a parameter's name in main.cf.
    lines.append(f"sender_canonical_maps = static:{account.address.wire.replace('$', '$$')}")
    return ("\n".join(lines) + "\n").encode()


def _passwords(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Postfix")
    password = _WORD if secret is None else secret.reveal()
    if ":" in server.username or password != password.strip():
        raise HandoverError(
            tr(
                "Postfix has no way to write a user name with a colon, or a password with a blank at its beginning or "
                "end."
            )
        )
    return f"{_relay(account)} {server.username}:{password}\n".encode()


def _relay(account: VerifiedAccount) -> str:
    server = require_outgoing(account, "Postfix")
    return f"[{ascii_host(server.host)}]:{server.port}"
