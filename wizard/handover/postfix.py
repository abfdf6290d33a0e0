"""Postfix as a satellite: everything this computer sends goes out through the account."""

from __future__ import annotations

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    NOBODY_SIGNS_IN,
    STANDS_IN_FILE,
    ascii_host,
    require_outgoing,
    require_password,
    sends_without_sign_in,
)
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("postfix", "Postfix (relay)", TargetKind.PROGRAM, ("postfix",), takes_password=True)

_WORD = "PASSWORD"


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The lines for main.cf, and the table with user name and password."""
    require_outgoing(account, "Postfix")
    require_password(account, account.outgoing_auth, "Postfix without a SASL plug-in")
    stem = file_stem(account.address.wire)
    steps = [f"As root, append {stem}-main.cf to /etc/postfix/main.cf and take out an older “relayhost” line."]
    files = [
        HandoverFile(f"{stem}-main.cf", "text/plain", _main_cf(account), "Its lines go to the end of main.cf."),
    ]
    if sends_without_sign_in(account):
        steps.append(NOBODY_SIGNS_IN)
    else:
        say = "Goes to /etc/postfix/sasl_passwd, mode 600, owner root."
        steps += [
            f"Save {stem}-sasl_passwd as /etc/postfix/sasl_passwd, mode 600, owner root. "
            + (STANDS_IN_FILE if secret is not None else f"Put the password in place of {_WORD} there."),
            "Postfix signs in by the package libsasl2-modules (Debian) or cyrus-sasl-plain (Fedora): install it.",
        ]
        files.append(
            HandoverFile(
                f"{stem}-sasl_passwd", "text/plain", _passwords(account, secret), say, holds_secret=secret is not None
            )
        )
    steps += [
        "Run: systemctl reload postfix",
        f"Every message goes out as {account.address.wire}, which is what the server demands of a sender. Do not use "
        "smtp_generic_maps for that: with “static:” it rewrites recipients too.",
    ]
    return Sheet(TARGET, "Use it in Postfix", tuple(steps), (), files=tuple(files))


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
            "Postfix has no way to write a user name with a colon, or a password with a blank at its beginning or end."
        )
    return f"{_relay(account)} {server.username}:{password}\n".encode()


def _relay(account: VerifiedAccount) -> str:
    server = require_outgoing(account, "Postfix")
    return f"[{ascii_host(server.host)}]:{server.port}"
