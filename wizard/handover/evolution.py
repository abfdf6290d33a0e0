"""Evolution: the fields of its assistant, and the three key files it keeps an account in."""

from __future__ import annotations

import uuid
from typing import Final

from wizard.handover.keyfile import Sections, keyfile
from wizard.handover.sheet import HandoverFile, Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    ascii_host,
    name_of,
    password_step,
    sign_in_kind,
    sign_in_kinds,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import AuthMethod, Protocol, Security, ServerCandidate

TARGET = Target("evolution", "Evolution", TargetKind.PERSON, ("evolution",))

_SECURITY: Final = {
    Security.TLS: "ssl-on-alternate-port",
    Security.STARTTLS: "starttls-on-standard-port",
    Security.NONE: "none",
}
_BACKEND: Final = {Protocol.IMAP: "imapx", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}
_NAMESPACE: Final = uuid.UUID("0f3a4c6a-6c0f-4f1c-9a64-6b0b5c3d6f7e")
SAY: Final = tr_later("Goes to ~/.config/evolution/sources, beside the other two, while Evolution is closed.")


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for Evolution 3.40 and later; the labels are those of its new-account assistant."""
    rows = rows_about_you(
        account, tr_field("field of evolution", "Full Name"), tr_field("field of evolution", "Email Address")
    )
    receiving, sending = (
        tr_field("field of evolution", "Receiving Email"),
        tr_field("field of evolution", "Sending Email"),
    )
    if account.incoming is not None:
        kind = ACCOUNT_TYPE[account.incoming.protocol].removesuffix("3")
        rows.append(Row("account-type", tr_field("field of evolution", "Server Type"), kind, receiving))
        rows += _server("incoming", receiving, account.incoming)
    if account.outgoing is not None:
        rows += _server("outgoing", sending, account.outgoing)
    return Sheet(
        TARGET, tr("Use it in {program}", program="Evolution"), _steps(account), tuple(rows), files=files(account)
    )


def files(account: VerifiedAccount) -> tuple[HandoverFile, ...]:
    """The three key files; none while a direction is missing or where the browser signs in."""
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is None or outgoing is None or SignInKind.OAUTH2 in sign_in_kinds(account):
        return ()
    uid = account_id(account)
    address = str(account.address)
    sections: dict[str, Sections] = {
        "account": {
            "Data Source": _source(address, ""),
            "Mail Account": [("BackendName", _BACKEND[incoming.protocol]), ("IdentityUid", f"{uid}-identity")],
            "Authentication": _authentication(incoming, account.incoming_auth),
            "Security": [("Method", _SECURITY[incoming.security])],
        },
        "identity": {
            "Data Source": _source(address, f"{uid}-account"),
            "Mail Identity": [("Address", account.address.wire), ("Name", name_of(account))],
            "Mail Submission": [("TransportUid", f"{uid}-transport")],
        },
        "transport": {
            "Data Source": _source(address, f"{uid}-account"),
            "Mail Transport": [("BackendName", "smtp")],
            "Authentication": _authentication(outgoing, account.outgoing_auth),
            "Security": [("Method", _SECURITY[outgoing.security])],
        },
    }
    return tuple(
        HandoverFile(f"{uid}-{part}.source", "text/plain", keyfile(written), tr(SAY))
        for part, written in sections.items()
    )


def account_id(account: VerifiedAccount) -> str:
    """What the files of this account begin with: the same account replaces itself."""
    return f"mailwright-{uuid.uuid5(_NAMESPACE, account.address.wire).hex[:16]}"


def _source(name: str, parent: str) -> list[tuple[str, str]]:
    return [("DisplayName", name), ("Enabled", "true"), ("Parent", parent)]


def _authentication(server: ServerCandidate, auth: str | None) -> list[tuple[str, str]]:
    kind = sign_in_kind(auth)
    if kind is SignInKind.NONE:
        signs_in = [("Method", "none")]
    else:
        # Evolution's words are those of SASL; APOP is what it calls +APOP.
        encrypted = "+APOP" if auth == AuthMethod.APOP else str(auth)
        method = encrypted if kind is SignInKind.ENCRYPTED else _plain_method(server)
        signs_in = [("Method", method), ("RememberPassword", "true"), ("User", server.username)]
    return [
        ("Host", ascii_host(server.host)),
        ("Port", str(server.port)),
        ("ProxyUid", "system-proxy"),
        *signs_in,
    ]


def _plain_method(server: ServerCandidate) -> str:
    # POP3's own sign-in (USER and PASS) is the one without a mechanism; it is no word for “nobody signs in” there.
    return "none" if server.protocol is Protocol.POP3 else "PLAIN"


def _server(side: str, group: str, server: ServerCandidate) -> list[Row]:
    return [
        Row(f"{side}-server", tr_field("field of evolution", "Server"), server.host, group),
        Row(f"{side}-port", tr_field("field of evolution", "Port"), str(server.port), group),
        Row(f"{side}-username", tr_field("field of evolution", "Username"), server.username, group),
        Row(
            f"{side}-security",
            tr_field("field of evolution", "Encryption method"),
            _security_words(server.security),
            group,
        ),
    ]


def _security_words(security: Security) -> str:
    match security:
        case Security.TLS:
            return tr_field("field of evolution", "TLS on a dedicated port")
        case Security.STARTTLS:
            return tr_field("field of evolution", "STARTTLS after connecting")
        case Security.NONE:
            return tr_field("field of evolution", "No encryption")


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [
        tr("In Evolution choose File, New, Mail Account, and type your name and email address."),
        tr("Switch off “Look up mail server details based on the entered e-mail address”, and copy the fields below."),
        password_step(account, "Evolution"),
    ]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps.insert(
            1,
            tr(
                "For Google, Microsoft and Yahoo choose OAuth2 as authentication type: Evolution signs in on their "
                "page. It has no sign-in in the browser for any other provider."
            ),
        )
    return tuple(steps)
