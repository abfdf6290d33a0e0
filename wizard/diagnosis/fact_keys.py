"""The facts that a diagnosis file may name: each key with what it tells, how much it weighs, and which values it takes.

The sum of the weights decides between causes that match the same text: what was measured (an error kind, the line)
outweighs words, words outweigh numbers, and among words the longer phrase has recognised more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, get_type_hints

from msgspec import Struct

from wizard.model.evidence import CertificateProblem, Detail, ErrorKind, Stage
from wizard.model.provider import CATEGORIES, Quirk
from wizard.model.run_fact import RunFact
from wizard.model.server import Protocol


class Line(StrEnum):
    """What the computer and its line showed (Surroundings)."""

    OFFLINE = "offline"
    CAPTIVE_PORTAL = "captive-portal"
    CLOCK_WRONG = "clock-wrong"


class Seen(StrEnum):
    """What the reply and the preset show beside `RunFact` and the true keys of `Detail`."""

    NAMES_SENDER = "names-sender"
    NAMES_RECIPIENT = "names-recipient"
    TOKEN_SENT = "token-sent"  # noqa: S105 - a browser sign-in's token was refused, and no password was sent
    ON_THIS_COMPUTER = "on-this-computer"  # the server's host is this computer itself
    TAKES_MAIL_IN = "takes-mail-in"  # the server takes mail in for its own domain (an MX) and signs nobody in
    GUESSED = "guessed"  # nobody named the server: its name follows from the address
    DOMAIN_ITSELF = "domain-itself"  # and is the domain's own, where a website stands mostly
    PUBLISHED = "published"  # a page or record that anybody can read named it
    TYPED = "typed"  # the person named the server and its port
    LISTED = "listed"  # a preset of ours, or a helpdesk's pack, named it
    NEXT_SERVER = "next-server"  # a bounce or a log: the server that passes the mail on was refused by another one
    GAVE_UP = "gave-up"  # and that server tries no more: the message came back
    PASTED = "pasted"  # nothing but words that somebody brought: no run has shown what went well before them
    FETCHING = "fetching"  # and they speak of fetching mail, not of sending it
    NAMED_BY_PROVIDER = "named-by-provider"  # a pasted text's server is one of those that a preset names
    ORGANISATION = "organisation"  # the words are about the person's whole organisation or its domain
    ENCRYPTED = "encrypted"  # the line to the server was encrypted when it refused
    PASSWORD_NOT_SENT = "password-not-sent"  # noqa: S105 - POP3's USER was refused, so no PASS followed
    SIGNS_IN_WITH_OWN_DOMAIN = "signs-in-with-own-domain"  # with an address that is none of a freemail provider's


class Mechanisms(StrEnum):
    """What the sign-in methods on offer come to."""

    ONLY_BROWSER_SIGN_IN = "only-browser-sign-in"
    NONE_KNOWN = "none-known"
    WINDOWS = "windows"  # of those we do not speak: the sign-in of Windows networks alone


class LooksLike(StrEnum):
    """Which side a server's name and port speak of."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Preset(StrEnum):
    """Whether we know the provider."""

    YES = "yes"
    NO = "no"
    CLOSED = "closed"  # known, and no mail program gets in there


class Browser(StrEnum):
    """Whether the provider has a sign-in in the browser."""

    YES = "yes"
    NO = "no"


class Command(StrEnum):
    """The SMTP command that was refused."""

    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


class Status(StrEnum):
    """The word of refusal: IMAP's (RFC 9051 §7.1) or POP3's (RFC 1939 §3)."""

    NO = "no"
    BAD = "bad"
    BYE = "bye"
    ERR = "-err"


class Speaks(StrEnum):
    """What answered instead of the mail server."""

    HTTP = "http"
    SSH = "ssh"
    FTP = "ftp"
    LMTP = "lmtp"
    TLS = "tls"
    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"
    UNKNOWN = "unknown"


class FactKey(Struct, frozen=True):
    """One key: what it tells, its weight, and the values it takes: a closed set, or whatever the pattern matches."""

    says: str
    weight: int
    values: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    def takes(self, value: str) -> bool:
        """Whether a rule may name this value."""
        if self.pattern is not None and self.pattern.fullmatch(value):
            return True
        return value in self.values


def _flags() -> frozenset[str]:
    """The true-or-false keys of `Detail`, as rules spell them."""
    return frozenset(name.replace("_", "-") for name, kind in get_type_hints(Detail).items() if kind is bool)


_WORD: Final = re.compile(r"[a-z0-9][a-z0-9/+=-]*")

KEYS: Final[Mapping[str, FactKey]] = MappingProxyType(
    {
        "certificate": FactKey("What is wrong with the server's certificate", 110, frozenset(CertificateProblem)),
        "line": FactKey("What the computer and its line showed", 150, frozenset(Line)),
        "kind": FactKey("What the program measured of the failure", 100, frozenset(ErrorKind)),
        "seen": FactKey(
            "What the run, the person's input and the preset show together",
            60,
            frozenset(RunFact) | frozenset(Seen) | _flags(),
        ),
        "looks_like": FactKey("Which side the server's name and port speak of", 50, frozenset(LooksLike)),
        "provider": FactKey("A preset's id, or a family of resources/diagnoses/providers.toml", 20, pattern=_WORD),
        "category": FactKey("What kind of provider it is", 2, frozenset(CATEGORIES)),
        "quirk": FactKey("What the provider does unlike others, as its preset says", 20, frozenset(Quirk)),
        "speaks": FactKey("What answered instead of the mail server", 30, frozenset(Speaks)),
        "mechanism": FactKey(
            "A sign-in method on offer, or what they come to together", 30, frozenset(Mechanisms), _WORD
        ),
        "response_code": FactKey("IMAP's or POP3's word in brackets, without them", 25, pattern=_WORD),
        "enhanced": FactKey(
            "RFC 3463's code; x for any class, or for any detail",
            12,
            pattern=re.compile(r"[245]\.\d{1,3}\.\d{1,3}|x\.\d{1,3}\.\d{1,3}|[245]\.\d{1,3}\.x|x\.\d{1,3}\.x"),
        ),
        "command": FactKey("The SMTP command that was refused", 7, frozenset(Command)),
        "code": FactKey("SMTP's reply code; xx for all of a class", 6, pattern=re.compile(r"[2-5](?:\d\d|xx)")),
        "stage": FactKey("The stretch of the way", 5, frozenset(Stage)),
        "protocol": FactKey("The protocol spoken", 5, frozenset(Protocol)),
        "status": FactKey("IMAP's or POP3's word of refusal", 4, frozenset(Status)),
        "preset": FactKey("Whether we know the provider", 2, frozenset(Preset)),
        "browser": FactKey("Whether the provider has a sign-in in the browser", 2, frozenset(Browser)),
    }
)
