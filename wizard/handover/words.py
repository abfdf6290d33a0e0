"""The words programs share for encryption, sign-in and the two directions."""

from __future__ import annotations

import shlex
import sys
from email.utils import formataddr
from enum import StrEnum
from typing import Final

from wizard.errors import HandoverError
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, AuthMethod, Protocol, Security, ServerCandidate

ENCRYPTION: Final = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "None"}
ACCOUNT_TYPE: Final = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3", Protocol.SMTP: "SMTP"}


class SignInKind(StrEnum):
    """How the password travels, in the words of Thunderbird, which most programs share."""

    NORMAL = "Normal password"
    ENCRYPTED = "Encrypted password"
    OAUTH2 = "OAuth2"
    NONE = "No authentication"  # a relay that takes mail from its own network


def sign_in_kind(method: str | None) -> SignInKind:
    """The kind the proven method belongs to; a normal password where the method is unknown."""
    if method in (AuthMethod.SCRAM_SHA_256, AuthMethod.SCRAM_SHA_1, AuthMethod.CRAM_MD5, AuthMethod.APOP):
        return SignInKind.ENCRYPTED
    if method in (AuthMethod.XOAUTH2, AuthMethod.OAUTHBEARER):
        return SignInKind.OAUTH2
    if method == WITHOUT_SIGN_IN:
        return SignInKind.NONE
    return SignInKind.NORMAL


def sign_in_kinds(account: VerifiedAccount) -> frozenset[SignInKind]:
    """The kinds this account uses, both directions together."""
    kinds = set()
    if account.incoming is not None:
        kinds.add(sign_in_kind(account.incoming_auth))
    if account.outgoing is not None:
        kinds.add(sign_in_kind(account.outgoing_auth))
    return frozenset(kinds)


def sends_with_token(account: VerifiedAccount) -> bool:
    """Whether sending takes an access token from a sign-in in the browser, where a program would put a password."""
    return account.outgoing is not None and sign_in_kind(account.outgoing_auth) is SignInKind.OAUTH2


def sends_without_sign_in(account: VerifiedAccount) -> bool:
    """Whether the sending server takes mail without a user name and a password."""
    return account.outgoing is not None and sign_in_kind(account.outgoing_auth) is SignInKind.NONE


NOBODY_SIGNS_IN: Final = "The server takes mail without a user name and a password: leave both out."
BROWSER_ONLY: Final = (
    "Your provider takes no password here, only an access token from a sign-in in the browser, good for about an hour."
)


STANDS_IN_FILE: Final = (
    "The password stands in the file, readable by you alone: whoever gets the file, or a backup of it, can send and "
    "read as you. An app password made for this program alone can be withdrawn alone."
)


def sending_step(account: VerifiedAccount, *, typed: str, fetched: str) -> str:
    """How the program that sends says who you are, in its own words: a password `typed`, or a token `fetched`."""
    if sends_without_sign_in(account):
        return NOBODY_SIGNS_IN
    return f"{BROWSER_ONLY} {fetched}".rstrip() if sends_with_token(account) else typed


def receiving_step(account: VerifiedAccount, *, typed: str, fetched: str) -> str:
    """As `sending_step`, for a program that receives."""
    return f"{BROWSER_ONLY} {fetched}" if sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2 else typed


def environment_step(account: VerifiedAccount, variable: str, *, written: bool) -> str:
    """Where a program's own code takes the password from: the environment, or the file itself."""
    if sends_without_sign_in(account):
        return NOBODY_SIGNS_IN
    if written:
        return STANDS_IN_FILE
    return f"The password is read from the variable {variable}: let your secret store set it, and keep it out of files."


def sender(name: str, address: str) -> str:
    """Name and address as a message's header has them (RFC 5322 §3.4)."""
    return address if name == address else formataddr((name, address))


def password_command(account: VerifiedAccount) -> str:
    """The command that prints the password which “Remember on this computer” put into the system's keyring."""
    address = shlex.quote(account.address.wire)
    if sys.platform == "darwin":
        return f"security find-generic-password -s Mailwright -a {address} -w"
    return f"secret-tool lookup service Mailwright username {address}"


def token_command(account: VerifiedAccount) -> str:
    """The command that prints an access token of an account that is saved here, for a program that takes commands."""
    return f"mailwright accounts token {shlex.quote(account.address.wire)}"


FETCHED_BY_COMMAND: Final = (
    "For an account that was kept here after a sign-in in the browser, the command in the file prints one each time: "
    "take the # in front of it away."
)


def password_step(account: VerifiedAccount, program: str) -> str:
    """The step that says what to do when the program asks who you are."""
    if sign_in_kinds(account) == {SignInKind.NONE}:
        return NOBODY_SIGNS_IN
    if sign_in_kinds(account) == {SignInKind.OAUTH2}:
        keeper = program[:1].upper() + program[1:]
        return f"Sign in on your provider's page when {program} opens it. {keeper} keeps no password."
    return f"When {program} asks for the password, type the one that worked here: an app password, if you used one."


def name_of(account: VerifiedAccount) -> str:
    """The name others see; the address where none was given."""
    return account.display_name or str(account.address)


def ascii_host(host: str) -> str:
    """The host name in A-labels: what programs and files that know no IDN are given."""
    if host.isascii():
        return host
    import idna

    return idna.encode(host, uts46=True).decode("ascii")


def url_host(host: str) -> str:
    """The host as a URL has it: IPv6 addresses in brackets (RFC 3986 §3.2.2)."""
    host = ascii_host(host)
    return f"[{host}]" if ":" in host else host


def local_part_works(account: VerifiedAccount, server: ServerCandidate) -> bool:
    """Whether the proven user name is the part before the @."""
    return server.username == account.address.local


def require_outgoing(account: VerifiedAccount, program: str) -> ServerCandidate:
    """The sending server.

    Raises:
        HandoverError: none was checked.
    """
    if account.outgoing is None:
        raise HandoverError(f"{program} needs the sending server, and only receiving was checked.")
    return account.outgoing


def require_incoming(
    account: VerifiedAccount, program: str, takes: tuple[Protocol, ...] = (Protocol.IMAP, Protocol.POP3)
) -> ServerCandidate:
    """The receiving server.

    Raises:
        HandoverError: none was checked, or it speaks a protocol that the program does not.
    """
    if account.incoming is None:
        raise HandoverError(f"{program} needs the receiving server, and only sending was checked.")
    if account.incoming.protocol not in takes:
        spoken = " and ".join(ACCOUNT_TYPE[protocol] for protocol in takes)
        raise HandoverError(f"{program} reads {spoken}, and {ACCOUNT_TYPE[account.incoming.protocol]} was checked.")
    return account.incoming


def require_password(account: VerifiedAccount, auth: str | None, program: str) -> None:
    """Refuses an account that signs in in the browser, for a program that knows passwords only.

    Raises:
        HandoverError: what the provider wants, and that the program has no way to give it.
    """
    if sign_in_kind(auth) is SignInKind.OAUTH2:
        raise HandoverError(f"{BROWSER_ONLY} {program} has no way to fetch one, so it cannot use this account.")


def require_ascii_password(secret: Secret | None, program: str) -> None:
    """Refuses to write what Python's smtplib and imaplib cannot send.

    Raises:
        HandoverError: the password has characters beyond ASCII.
    """
    if secret is not None and not secret.reveal().isascii():
        raise HandoverError(
            f"The password has characters beyond ASCII, which {program} cannot send (Python's library does "
            "not). Make an app password for it, or choose another one."
        )
