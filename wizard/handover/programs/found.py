"""An account as a program's own files tell it, and how it differs from the one that was proven."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.errors import UsageError
from wizard.handover.words import ACCOUNT_TYPE, SignInKind, ascii_host, encryption_words, sign_in_kind, sign_in_words
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.host import NotAHost, host_name
from wizard.model.record import WithCompanion
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.model.text import inert, single_line


class FoundServer(Struct, frozen=True):
    """A server in a program's files; `sign_in` is `None` where they do not say how."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    username: str | None = None
    sign_in: SignInKind | None = None


class FoundAccount(WithCompanion, frozen=True, eq=False):
    """An account of a program; `address` is `None` where its files name none."""

    program: str  # the id of its hand-over target
    place: Path
    address: Address | None
    name: str | None = None
    incoming: FoundServer | None = None
    outgoing: FoundServer | None = None
    label: str = ""  # what the program itself calls the account

    def draft(self, secret: Secret | None = None) -> AccountDraft:
        """What a check takes: the servers as this person's own program has them.

        Raises:
            UsageError: the program names no address, or no server.
        """
        if self.address is None:
            label = inert(self.label)
            raise UsageError(
                tr("{account} names no email address, so it cannot be checked.", account=label)
                if label
                else tr("This account names no email address, so it cannot be checked.")
            )
        incoming, outgoing = (_candidate(server, self.address) for server in (self.incoming, self.outgoing))
        if incoming is None and outgoing is None:
            raise UsageError(tr("{account} names no server, so there is nothing to check.", account=self.address))
        return AccountDraft(
            address=self.address,
            display_name=single_line(self.name or "") or None,
            secret=secret,
            incoming=incoming,
            outgoing=outgoing,
            wants_incoming=incoming is not None,
            wants_outgoing=outgoing is not None,
            signs_in_to_send=self.outgoing is None or self.outgoing.sign_in is not SignInKind.NONE,
        )


def _candidate(server: FoundServer | None, address: Address) -> ServerCandidate | None:
    if server is None:
        return None
    username = server.username or address.wire
    return ServerCandidate(server.protocol, server.host, server.port, server.security, username, Source.GIVEN, True)


def found_server(
    protocol: Protocol,
    host: str | None,
    port: str | int | None,
    security: Security,
    username: str | None = None,
    sign_in: SignInKind | None = None,
) -> FoundServer | None:
    """The server, with the protocol's port where none is said; `None` where a file names none that can be dialled."""
    try:
        name = host_name(host or "")
    except NotAHost:
        return None
    try:
        number = int(port) if port not in (None, "") else _STANDARD_PORT[protocol, security]
    except ValueError:
        return None
    if not 0 < number < 65536:
        return None
    # A name that shows as something else than it is would be the file's, not the person's.
    user = username if username and inert(username, len(username)) == username else None
    return FoundServer(protocol, name, number, security, user, sign_in)


_STANDARD_PORT: Final = {
    (Protocol.IMAP, Security.TLS): 993,
    (Protocol.POP3, Security.TLS): 995,
    (Protocol.SMTP, Security.TLS): 465,
    **{(Protocol.IMAP, security): 143 for security in (Security.STARTTLS, Security.NONE)},
    **{(Protocol.POP3, security): 110 for security in (Security.STARTTLS, Security.NONE)},
    **{(Protocol.SMTP, security): 587 for security in (Security.STARTTLS, Security.NONE)},
}


def found_address(text: str | None) -> Address | None:
    """The address in a file; `None` where there is none."""
    try:
        return Address.parse(text or "")
    except UsageError:
        return None


_RECEIVING: Final = {
    "protocol": tr_later("Receiving: protocol is {theirs}, proven was {ours}"),
    "server": tr_later("Receiving: server is {theirs}, proven was {ours}"),
    "port": tr_later("Receiving: port is {theirs}, proven was {ours}"),
    "encryption": tr_later("Receiving: encryption is {theirs}, proven was {ours}"),
    "user name": tr_later("Receiving: user name is {theirs}, proven was {ours}"),
    "sign-in": tr_later("Receiving: sign-in is {theirs}, proven was {ours}"),
}
_SENDING: Final = {
    "protocol": tr_later("Sending: protocol is {theirs}, proven was {ours}"),
    "server": tr_later("Sending: server is {theirs}, proven was {ours}"),
    "port": tr_later("Sending: port is {theirs}, proven was {ours}"),
    "encryption": tr_later("Sending: encryption is {theirs}, proven was {ours}"),
    "user name": tr_later("Sending: user name is {theirs}, proven was {ours}"),
    "sign-in": tr_later("Sending: sign-in is {theirs}, proven was {ours}"),
}


def differences(found: FoundAccount, account: VerifiedAccount) -> tuple[str, ...]:
    """What the program has otherwise than it was proven, a sentence each; none where it took the settings.

    A direction that the program's file does not have is no difference: many only send, or only receive.
    """
    told: list[str] = []
    for has, server, auth in (
        (found.incoming, account.incoming, account.incoming_auth),
        (found.outgoing, account.outgoing, account.outgoing_auth),
    ):
        if has is not None and server is not None:
            told += _server_differences(has, server, auth)
    return tuple(told)


def _server_differences(has: FoundServer, server: ServerCandidate, auth: str | None) -> list[str]:
    kind = sign_in_kind(auth)
    pairs = [
        ("protocol", ACCOUNT_TYPE[has.protocol], ACCOUNT_TYPE[server.protocol]),
        ("server", ascii_host(has.host).lower(), ascii_host(server.host).lower()),
        ("port", str(has.port), str(server.port)),
        ("encryption", encryption_words(has.security), encryption_words(server.security)),
    ]
    if kind is not SignInKind.NONE:
        pairs.append(("user name", has.username or "", server.username))
    if has.sign_in is not None:
        pairs.append(("sign-in", sign_in_words(has.sign_in), sign_in_words(kind)))
    sentences = _RECEIVING if server.is_incoming else _SENDING
    return [
        tr(sentences[what], theirs=inert(theirs) or tr("empty"), ours=ours)
        for what, theirs, ours in pairs
        if theirs != ours
    ]
