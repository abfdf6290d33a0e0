"""The account as URLs, which web frameworks, mailers and curl read."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from wizard.handover.sheet import Row, Sheet, Target, TargetKind
from wizard.handover.words import url_host
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("url", "URL (mailers, frameworks, curl)", TargetKind.PROGRAM)
PLACEHOLDER: Final = "PASSWORD"

_SCHEME: Final = {Protocol.SMTP: "smtp", Protocol.IMAP: "imap", Protocol.POP3: "pop"}
_TLS_SCHEME: Final = {Protocol.SMTP: "smtps", Protocol.IMAP: "imaps", Protocol.POP3: "pops"}


def sheet(account: VerifiedAccount) -> Sheet:
    """One URL a direction, with the word PASSWORD where the password belongs."""
    rows = []
    if account.outgoing is not None:
        rows.append(Row("outgoing-url", "Sending", url(account.outgoing, PLACEHOLDER), "URL"))
    if account.incoming is not None:
        rows.append(Row("incoming-url", "Receiving", url(account.incoming, PLACEHOLDER), "URL"))
    steps = [f"Put the password in place of {PLACEHOLDER}, percent-encoded: @ is %40, : is %3A, / is %2F."]
    if any(server and server.security is Security.STARTTLS for server in (account.incoming, account.outgoing)):
        steps.append("The server switches to encryption (STARTTLS): tell the program to insist on it, a URL cannot.")
    return Sheet(TARGET, "Use it as a URL", tuple(steps), tuple(rows))


def url(server: ServerCandidate, password: str | None = None) -> str:
    """The server as a URL; the user name percent-encoded, the port always written, as defaults differ by program."""
    schemes = _TLS_SCHEME if server.security is Security.TLS else _SCHEME
    user = quote(server.username, safe="")
    if password is not None:
        user = f"{user}:{password}"
    return f"{schemes[server.protocol]}://{user}@{url_host(server.host)}:{server.port}"
