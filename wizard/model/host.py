"""The one reader of host names: whoever writes a name, the same text is the same host."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import Final

from wizard.language import tr

MAX_NAME: Final = 253  # RFC 1035 §2.3.4, without the dot at the end
# RFC 1123 §2.1; the underscore is no host's, yet some servers have it and DNS knows it.
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A name whose last label is a number is an address in an old form ("127.1", "0x7f.1") to some resolvers.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class NotAHost(ValueError):
    """The text is no host name; str() says why in a few words and quotes nothing of it."""


@lru_cache(maxsize=1024)  # the accounts of a table have the same few
def host_name(text: str) -> str:
    """The host in `text` as DNS is asked: lower-case A-labels, or an IP address in its one canonical form.

    Blanks around it, a dot at the end, brackets around an IPv6 address and characters that nobody sees are no part of
    a name; letters of any width and dots of any script are read as what they mean (UTS #46).

    Raises:
        NotAHost: it cannot be one.
    """
    name = visible(text).strip().removesuffix(".")
    if not name:
        raise NotAHost(tr("it is empty"))
    literal = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    try:
        return str(ipaddress.ip_address(literal))
    except ValueError:
        pass
    if any(character.isspace() for character in name):
        raise NotAHost(tr("it has blanks in it"))
    return _ascii(name)


def visible(text: str) -> str:
    """The text without characters that nobody sees: zero-width ones, byte order marks, directions, soft hyphens."""
    if text.isascii():
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def shown_host(name: str) -> str:
    """An A-label host as people read it; the name itself where it is in ASCII or no such name."""
    if "xn--" not in name:
        return name
    import idna

    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def _ascii(name: str) -> str:
    if name.isascii():
        plain = name.lower()
    else:
        import idna

        if len(name) > MAX_NAME:
            raise NotAHost(tr("it is too long"))
        try:
            plain = idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
        except (idna.IDNAError, UnicodeError, IndexError):
            raise NotAHost(tr("it holds characters that no name has")) from None
    labels = plain.split(".")
    if len(plain) > MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotAHost(tr("it holds characters that no name has, or is too long"))
    if _NUMBER.fullmatch(labels[-1]):
        raise NotAHost(tr("it ends in a number and is no IP address"))
    return plain


def is_address(host: str) -> bool:
    """Whether an IP address stands where a name could, without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_localhost(host: str) -> bool:
    """Whether it is the name that is always this computer's own, whatever a name server says (RFC 6761 §6.3)."""
    return host.lower() == "localhost"


def is_this_computer(host: str) -> bool:
    """Whether the host names this computer itself, so that a line to it is seen by no network."""
    if is_localhost(host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
