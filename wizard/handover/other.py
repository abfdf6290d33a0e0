"""Any other program, and the forms of web services (CRM, shop, newsletter) that send through this account."""

from __future__ import annotations

from typing import Final

from wizard.handover.sheet import Row, Sheet, Target, TargetKind
from wizard.handover.words import (
    ACCOUNT_TYPE,
    ENCRYPTION,
    SignInKind,
    local_part_works,
    sign_in_kind,
    sign_in_kinds,
)
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("other", "Something else", TargetKind.PERSON)

# Most forms have a single box and mean “encrypted from the start” by it: ticked on 587 it fails.
_SSL_BOX: Final = {
    Security.TLS: "Yes",
    Security.STARTTLS: "No (choose TLS or STARTTLS where the form has that)",
    Security.NONE: "No",
}


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for forms: server, port, SSL box, both user-name forms, From."""
    rows = []
    if account.outgoing is not None:
        rows += [
            *_server("outgoing", "Sending (SMTP)", account, account.outgoing),
            Row("outgoing-auth", "Sign-in", sign_in_kind(account.outgoing_auth).value, "Sending (SMTP)"),
            Row("from", "From address", str(account.address), "Sending (SMTP)"),
        ]
        if account.display_name:
            rows.append(Row("from-name", "From name", account.display_name, "Sending (SMTP)"))
    if account.incoming is not None:
        group = f"Receiving ({ACCOUNT_TYPE[account.incoming.protocol]})"
        rows += [
            *_server("incoming", group, account, account.incoming),
            Row("incoming-auth", "Sign-in", sign_in_kind(account.incoming_auth).value, group),
        ]
    return Sheet(TARGET, "Use it somewhere else", _steps(account), tuple(rows))


def _server(side: str, group: str, account: VerifiedAccount, server: ServerCandidate) -> list[Row]:
    rows = [
        Row(f"{side}-server", "Server", server.host, group),
        Row(f"{side}-port", "Port", str(server.port), group),
        Row(f"{side}-ssl", "Use SSL", _SSL_BOX[server.security], group),
        Row(f"{side}-security", "Encryption", ENCRYPTION[server.security], group),
        Row(f"{side}-username", "User name (this one worked)", server.username, group),
    ]
    address = str(account.address)
    if local_part_works(account, server):
        rows.append(Row(f"{side}-username-other", "User name, if the form insists on an address", address, group))
    elif server.username == address:
        local = account.address.local
        rows.append(Row(f"{side}-username-other", "User name, if the form takes no @", local, group))
    return rows


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = ["Copy the fields below into the form. Not every form has all of them."]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps.append(
            "Your provider wants a sign-in in the browser. Look for “Connect” or “Sign in with …” in that program; "
            "a form that only takes a password cannot be used with this account."
        )
    else:
        steps.append(
            "Give it the password that worked here. Where your provider has app passwords, make one just for this "
            "program: it can be withdrawn alone."
        )
    if account.outgoing is not None:
        steps += [
            "Send from the address below: most servers refuse any other sender.",
            "A web service signs in from its own computers. If the provider blocks that, ask the service for the "
            "addresses it sends from and have the provider allow these.",
        ]
    return tuple(steps)
