"""The words programs share for encryption, sign-in and the two directions."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from wizard.errors import HandoverError
from wizard.model.account import VerifiedAccount
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
