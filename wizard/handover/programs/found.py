"""An account as a program's own files tell it, and how it differs from the one that was proven."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wizard.errors import UsageError
from wizard.handover.words import ACCOUNT_TYPE, ENCRYPTION, SignInKind, ascii_host, sign_in_kind
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.host import NotAHost, host_name
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.model.text import inert, single_line


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server in a program's files; `sign_in` is `None` where they do not say how."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    username: str | None = None
    sign_in: SignInKind | None = None


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account of a program; `address` is `None` where its files name none."""

    program: str  # the id of its hand-over target
    place: Path
    address: Address | None
    name: str | None = None
    incoming: FoundServer | None = None
    outgoing: FoundServer | None = None
    label: str = field(default="", compare=False)  # what the program itself calls the account

    def draft(self, secret: Secret | None = None) -> AccountDraft:
        """What a check takes: the servers as this person's own program has them.

        Raises:
            UsageError: the program names no address, or no server.
        """
        if self.address is None:
            raise UsageError(f"{inert(self.label) or 'This account'} names no email address, so it cannot be checked.")
        incoming, outgoing = (_candidate(server, self.address) for server in (self.incoming, self.outgoing))
        if incoming is None and outgoing is None:
            raise UsageError(f"{self.address} names no server, so there is nothing to check.")
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


def differences(found: FoundAccount, account: VerifiedAccount) -> tuple[str, ...]:
    """What the program has otherwise than it was proven, a sentence each; none where it took the settings.

    A direction that the program's file does not have is no difference: many only send, or only receive.
    """
    told: list[str] = []
    for word, has, server, auth in (
        ("Receiving", found.incoming, account.incoming, account.incoming_auth),
        ("Sending", found.outgoing, account.outgoing, account.outgoing_auth),
    ):
        if has is not None and server is not None:
            told += [f"{word}: {sentence}" for sentence in _server_differences(has, server, auth)]
    return tuple(told)


def _server_differences(has: FoundServer, server: ServerCandidate, auth: str | None) -> list[str]:
    kind = sign_in_kind(auth)
    pairs = [
        ("protocol", ACCOUNT_TYPE[has.protocol], ACCOUNT_TYPE[server.protocol]),
        ("server", ascii_host(has.host).lower(), ascii_host(server.host).lower()),
        ("port", str(has.port), str(server.port)),
        ("encryption", ENCRYPTION[has.security], ENCRYPTION[server.security]),
    ]
    if kind is not SignInKind.NONE:
        pairs.append(("user name", has.username or "", server.username))
    if has.sign_in is not None:
        pairs.append(("sign-in", has.sign_in.value, kind.value))
    return [
        f"{name} is {inert(theirs) or 'empty'}, proven was {ours}" for name, theirs, ours in pairs if theirs != ours
    ]
