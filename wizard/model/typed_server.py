"""A server as a person types or pastes it, in the window and on the command line."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec import Struct

from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.host import NotAHost, host_name, visible
from wizard.model.server import Protocol, Security

_SCHEMES: Final[dict[str, tuple[Protocol | None, Security | None]]] = {
    "imap": (Protocol.IMAP, None),
    "imaps": (Protocol.IMAP, Security.TLS),
    "pop": (Protocol.POP3, None),
    "pop3": (Protocol.POP3, None),
    "pops": (Protocol.POP3, Security.TLS),
    "pop3s": (Protocol.POP3, Security.TLS),
    "smtp": (Protocol.SMTP, None),
    "smtps": (Protocol.SMTP, Security.TLS),
    "submission": (Protocol.SMTP, Security.STARTTLS),
    "submissions": (Protocol.SMTP, Security.TLS),
    "ssl": (None, Security.TLS),
    "tls": (None, Security.TLS),
    "starttls": (None, Security.STARTTLS),
}
_SECURITY: Final = {
    "tls": Security.TLS,
    "ssl": Security.TLS,
    "ssl/tls": Security.TLS,
    "tls/ssl": Security.TLS,
    "starttls": Security.STARTTLS,
    "stls": Security.STARTTLS,
    "none": Security.NONE,
    "plain": Security.NONE,
    "clear": Security.NONE,
    "unencrypted": Security.NONE,
}
_MAIL_PORTS: Final = frozenset({"25", "110", "143", "465", "587", "993", "995", "2525"})
_FILLING: Final = frozenset({"port", "port:", "with", "using", "via", "encryption", "-", "–"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SHORT_SCHEME = re.compile(r"(imaps?|pop3?s?|smtps?):(?!\d+(?:$|[/\s,;]))", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_PORT_AND_WORD = re.compile(r"([^:\[\]]+:\d{1,5}):([a-z]+)", re.IGNORECASE)  # smtp.example.org:465:ssl
_SEPARATORS = re.compile(r"[\s,;]+")
_MAX_TYPED = 500


class TypedServer(Struct, frozen=True):
    """What was said of a server; `None` is "not said"."""

    host: str  # lower-case A-labels or an IP address
    port: int | None = None
    security: Security | None = None
    protocol: Protocol | None = None

    @classmethod
    def parse(cls, text: str) -> TypedServer:
        """Reads HOST[:PORT][/SECURITY] and what other programs make of it.

        Such as "ssl://smtp.example.org:465" (PHP), "smtp.example.org:465/SSL/TLS", "smtp.example.org 587 (STARTTLS)".

        Raises:
            UsageError: a sentence that quotes nothing that may be a password; field is "host", "port" or "security".
        """
        rest = unicodedata.normalize("NFKC", visible(text)).strip()  # an input method's full-width colon is one
        if not rest:
            raise UsageError(tr("The server’s name is missing."), "host")
        if len(rest) > _MAX_TYPED:
            raise _no_name()
        rest, protocol, security = _without_scheme(rest)
        if "@" in rest:
            raise UsageError(
                tr(
                    "A server’s name has no @: type the server alone, such as smtp.example.org, "
                    "and the user name below."
                )
                if ":" in rest.partition("@")[0]
                else tr("This is an email address. A server’s name has no @, such as smtp.example.org."),
                "host",
            )
        rest = _IN_BRACKETS.sub(r" \1 ", rest)
        place, *words = [word for word in _SEPARATORS.split(rest) if word] or [""]
        place, _, after = place.partition("/")
        if after:
            words.insert(0, after)
        if (ported := _PORT_AND_WORD.fullmatch(place)) is not None:
            place = ported[1]
            words.insert(0, ported[2])
        host, port = _split(place)
        for word in words:
            if word.isdecimal() and port is None:
                port = read_port(word)
            elif (meant := _SECURITY.get(word.lower().strip(".:"))) is not None:
                security = meant
            elif word.lower() not in _FILLING:
                raise _odd_word(after=word is after)
        try:
            return cls(host_name(host), port, security, protocol)
        except NotAHost as error:
            raise UsageError(
                tr("This is not a server’s name: {reason}. One looks like smtp.example.org.", reason=error), "host"
            ) from None


def read_port(text: str) -> int:
    """The port in `text`; raises UsageError, field "port"."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9) or not 1 <= int(digits) <= 65535:
        raise UsageError(tr("A port is a number from 1 to 65535."), "port")
    return int(digits)


def _without_scheme(text: str) -> tuple[str, Protocol | None, Security | None]:
    found = _SCHEME.match(text)
    if found is None:
        short = _SHORT_SCHEME.match(text)
        if short is None:
            return text, None, None
        return text[short.end() :].strip(), *_SCHEMES[short[1].lower()]
    scheme = found[1].lower()
    if scheme in {"http", "https"}:
        raise UsageError(
            tr("This is the address of a web page. A mail server has a name alone, such as smtp.example.org."), "host"
        )
    if scheme not in _SCHEMES:
        raise UsageError(tr("What stands before :// is no kind of mail server: imaps, smtps, pop3s, ssl are."), "host")
    rest = text[found.end() :]
    return (rest.removesuffix("/"), *_SCHEMES[scheme])


def _split(place: str) -> tuple[str, int | None]:
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise UsageError(tr("An IPv6 address stands in brackets: [2001:db8::1]:465."), "host")
        return f"[{host}]", read_port(rest[1:]) if rest[1:] else None
    if place.count(":") > 1:
        before, _, last = place.rpartition(":")
        ambiguous = last in _MAIL_PORTS and _is_host(before)  # 2001:db8::1:465 may be meant with a port or without
        if ambiguous or not _is_host(place):
            raise UsageError(tr("An IPv6 address stands in brackets: [2001:db8::1]:465."), "host")
        return place, None
    host, colon, port = place.partition(":")
    return host, read_port(port) if colon and port else None


def _is_host(text: str) -> bool:
    try:
        return bool(host_name(text))
    except NotAHost:
        return False


def _odd_word(*, after: bool) -> UsageError:
    if after:
        return UsageError(tr("Encryption is one of tls, starttls, none."), "security")
    return _no_name()


def _no_name() -> UsageError:
    return UsageError(
        tr("A server name has no blanks in it, such as smtp.example.org, or smtp.example.org:465/tls with more."),
        "host",
    )
