"""Any other program, and the forms of web services (CRM, shop, newsletter) that send through this account."""

from __future__ import annotations

from typing import Final

from wizard.handover.sheet import Note, Row, Sheet, Target, TargetKind, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    encryption_words,
    local_part_works,
    sends_without_sign_in,
    sign_in_kind,
    sign_in_kinds,
    sign_in_words,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("other", tr_later("Something else"), TargetKind.PERSON)

_FROM_AFAR: Final = tr_later(
    "A web service signs in from its own computers. If the provider blocks that, ask the service for the addresses it "
    "sends from and have the provider allow these."
)


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for forms: server, port, SSL box, both user-name forms, From."""
    rows = []
    if account.outgoing is not None:
        group = tr("Sending (SMTP)")
        how = sign_in_words(sign_in_kind(account.outgoing_auth))
        rows += [
            *_server("outgoing", group, account, account.outgoing),
            Row("outgoing-auth", tr_field("field of other", "Sign-in"), how, group),
            Row("from", tr_field("field of other", "From address"), str(account.address), group),
        ]
        if account.display_name:
            rows.append(Row("from-name", tr_field("field of other", "From name"), account.display_name, group))
    if account.incoming is not None:
        group = tr("Receiving ({protocol})", protocol=ACCOUNT_TYPE[account.incoming.protocol])
        how = sign_in_words(sign_in_kind(account.incoming_auth))
        rows += [
            *_server("incoming", group, account, account.incoming),
            Row("incoming-auth", tr_field("field of other", "Sign-in"), how, group),
        ]
    notes = (Note(tr(_FROM_AFAR)),) if account.outgoing is not None else ()
    return Sheet(TARGET, tr("Use it somewhere else"), _steps(account), tuple(rows), notes=notes)


def _server(side: str, group: str, account: VerifiedAccount, server: ServerCandidate) -> list[Row]:
    rows = [
        Row(f"{side}-server", tr_field("field of other", "Server"), server.host, group),
        Row(f"{side}-port", tr_field("field of other", "Port"), str(server.port), group),
        Row(f"{side}-ssl", tr_field("field of other", "Use SSL"), _ssl_box(server.security), group),
        Row(f"{side}-security", tr_field("field of other", "Encryption"), encryption_words(server.security), group),
    ]
    if server is account.outgoing and sends_without_sign_in(account):
        return rows
    rows.append(Row(f"{side}-username", tr("User name (this one worked)"), server.username, group))
    address = str(account.address)
    if local_part_works(account, server):
        label = tr("User name, if the form insists on an address")
        rows.append(Row(f"{side}-username-other", label, address, group))
    elif server.username == address:
        label = tr("User name, if the form takes no @")
        rows.append(Row(f"{side}-username-other", label, account.address.local, group))
    return rows


def _ssl_box(security: Security) -> str:
    """Most forms have a single box and mean “encrypted from the start” by it: ticked on 587 it fails."""
    match security:
        case Security.TLS:
            return tr("Yes")
        case Security.STARTTLS:
            return tr("No (choose TLS or STARTTLS where the form has that)")
        case Security.NONE:
            return tr("No")


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [tr("Copy the fields below into the form. Not every form has all of them.")]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps.append(
            tr(
                "Your provider wants a sign-in in the browser. Look for “Connect” or “Sign in with …” in that program; "
                "a form that only takes a password cannot be used with this account."
            )
        )
    else:
        steps.append(
            tr(
                "Give it the password that worked here. Where your provider has app passwords, make one just for this "
                "program: it can be withdrawn alone."
            )
        )
    if account.outgoing is not None:
        steps.append(tr("Send from the address below: most servers refuse any other sender."))
    return tuple(steps)
