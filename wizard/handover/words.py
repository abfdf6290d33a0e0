"""The words programs share for encryption, sign-in and the two directions."""

from __future__ import annotations

import shlex
import sys
from email.utils import formataddr
from enum import StrEnum
from typing import Final

from wizard.errors import HandoverError
from wizard.handover.sheet import tr_field
from wizard.language import tr, tr_context, tr_later
from wizard.language.formats import and_list
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, AuthMethod, Protocol, Security, ServerCandidate

ACCOUNT_TYPE: Final = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3", Protocol.SMTP: "SMTP"}


class SignInKind(StrEnum):
    """How the password travels; `sign_in_words` says it to people."""

    NORMAL = "Normal password"
    ENCRYPTED = "Encrypted password"
    OAUTH2 = "OAuth2"
    NONE = "No authentication"  # a relay that takes mail from its own network


def encryption_words(security: Security) -> str:
    """The encryption as most programs offer it."""
    match security:
        case Security.TLS:
            return "SSL/TLS"
        case Security.STARTTLS:
            return "STARTTLS"
        case Security.NONE:
            return tr_field("encryption", "None")


def sign_in_words(kind: SignInKind) -> str:
    """The kind in the words of Thunderbird, which most programs share."""
    match kind:
        case SignInKind.NORMAL:
            return tr_field("field of thunderbird", "Normal password")
        case SignInKind.ENCRYPTED:
            return tr_field("field of thunderbird", "Encrypted password")
        case SignInKind.OAUTH2:
            return "OAuth2"
        case SignInKind.NONE:
            return tr_field("field of thunderbird", "No authentication")


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


NOBODY_SIGNS_IN: Final = tr_later("The server takes mail without a user name and a password: leave both out.")
BROWSER_ONLY: Final = tr_later(
    "Your provider takes no password here, only an access token from a sign-in in the browser."
)
STANDS_IN_FILE: Final = tr_later(
    "The password stands in the file, readable by you alone: whoever gets the file, or a backup of it, can send and "
    "read as you. An app password made for this program alone can be withdrawn alone."
)


def in_a_row(first: str, second: str) -> str:
    """Two whole sentences, one after the other."""
    return tr("{first} {second}", first=first, second=second)


def browser_only(and_then: str) -> str:
    """That the provider wants a sign-in in the browser, and what that means for this program."""
    return in_a_row(tr(BROWSER_ONLY), and_then)


def sending_step(account: VerifiedAccount, *, typed: str, fetched: str = "") -> str:
    """How the program that sends says who you are: a password `typed`, or a token `fetched`; both whole sentences."""
    if sends_without_sign_in(account):
        return tr(NOBODY_SIGNS_IN)
    if not sends_with_token(account):
        return typed
    return browser_only(fetched) if fetched else tr(BROWSER_ONLY)


def receiving_step(account: VerifiedAccount, *, typed: str, fetched: str) -> str:
    """As `sending_step`, for a program that receives."""
    return browser_only(fetched) if sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2 else typed


def environment_step(account: VerifiedAccount, variable: str, *, written: bool) -> str:
    """Where a program's own code takes the password from: the environment, or the file itself."""
    if sends_without_sign_in(account):
        return tr(NOBODY_SIGNS_IN)
    if written:
        return tr(STANDS_IN_FILE)
    return tr(
        "The password is read from the variable {variable}: let your secret store set it, and keep it out of files.",
        variable=variable,
    )


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


def fetched_by_command() -> str:
    """Where a program takes the access token from that it cannot fetch itself."""
    return tr_context(
        "an access token",
        "For an account that was kept here after a sign-in in the browser, the command in the file prints one each "
        "time: take the # in front of it away.",
    )


def password_step(account: VerifiedAccount, program: str | None = None) -> str:
    """The step that says what to do when the program asks who you are; it is “the app” where it has no name."""
    if sign_in_kinds(account) == {SignInKind.NONE}:
        return tr(NOBODY_SIGNS_IN)
    if sign_in_kinds(account) == {SignInKind.OAUTH2}:
        if program is None:
            return tr("Sign in on your provider's page when the app opens it. The app keeps no password.")
        return tr(
            "Sign in on your provider's page when {program} opens it. {program} keeps no password.", program=program
        )
    if program is None:
        return tr(
            "When the app asks for the password, type the one that worked here: an app password, if you used one."
        )
    return tr(
        "When {program} asks for the password, type the one that worked here: an app password, if you used one.",
        program=program,
    )


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


def require_outgoing(account: VerifiedAccount, program: str = "", *, refusal: str = "") -> ServerCandidate:
    """The sending server.

    Args:
        program: the name of what needs it.
        refusal: what is said in place of the usual sentence, where that has no name of its own.

    Raises:
        HandoverError: none was checked.
    """
    if account.outgoing is None:
        raise HandoverError(
            refusal or tr("{program} needs the sending server, and only receiving was checked.", program=program)
        )
    return account.outgoing


def require_incoming(
    account: VerifiedAccount, program: str, takes: tuple[Protocol, ...] = (Protocol.IMAP, Protocol.POP3)
) -> ServerCandidate:
    """The receiving server.

    Raises:
        HandoverError: none was checked, or it speaks a protocol that the program does not.
    """
    if account.incoming is None:
        raise HandoverError(tr("{program} needs the receiving server, and only sending was checked.", program=program))
    if account.incoming.protocol not in takes:
        raise HandoverError(
            tr(
                "{program} reads {protocol}, and {checked} was checked.",
                program=program,
                protocol=and_list([ACCOUNT_TYPE[protocol] for protocol in takes]),
                checked=ACCOUNT_TYPE[account.incoming.protocol],
            )
        )
    return account.incoming


def cannot_fetch(program: str) -> str:
    """The sentence that the program of this name has no way to fetch an access token."""
    return tr_context(
        "an access token", "{program} has no way to fetch one, so it cannot use this account.", program=program
    )


def require_password(auth: str | None, refusal: str) -> None:
    """Refuses an account that signs in in the browser, for a program that knows passwords only.

    Args:
        refusal: the sentence that the program has no way to fetch an access token.

    Raises:
        HandoverError: what the provider wants, and the refusal.
    """
    if sign_in_kind(auth) is SignInKind.OAUTH2:
        raise HandoverError(browser_only(refusal))


def require_ascii_password(secret: Secret | None, program: str) -> None:
    """Refuses to write what Python's smtplib and imaplib cannot send.

    Raises:
        HandoverError: the password has characters beyond ASCII.
    """
    if secret is not None and not secret.reveal().isascii():
        raise HandoverError(
            tr(
                "The password has characters beyond ASCII, which {program} cannot send (Python's library does not). "
                "Make an app password for it, or choose another one.",
                program=program,
            )
        )
