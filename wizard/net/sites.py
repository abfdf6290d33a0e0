"""Whose name it is: the registrable domain of a host, by the Public Suffix List."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from wizard.model.host import is_address


@lru_cache(maxsize=1024)  # a check asks seven times for its few hosts
def registrable_domain(host: str) -> str:
    """The part of `host` that somebody registered ("example.co.uk"); the host itself where nobody did."""
    host = host.lower().rstrip(".")
    if is_address(host.strip("[]")):
        return host
    return _registered(host) or host


def same_site(one: str, other: str) -> bool:
    """Whether both hosts belong to the same registrable domain."""
    return registrable_domain(one) == registrable_domain(other)


def has_known_ending(domain: str) -> bool:
    """Whether names are registered below the domain's ending, or it is one of those that stand for any (RFC 2606)."""
    ending = domain.lower().rstrip(".").rpartition(".")[2]
    return ending in _STAND_INS or bool(_suffixes(ending).publicsuffix(domain))


def is_public_suffix(domain: str) -> bool:
    """Whether anybody may register names below `domain`, such as "co.uk"."""
    return _registered(domain) is None


def _registered(host: str) -> str | None:
    """What somebody registered; below an ending that nobody has, one label of it (the list's own rule "*")."""
    labels = host.split(".")
    suffixes = _suffixes(labels[-1])
    if suffixes.publicsuffix(host) is None and len(labels) > 1 and all(labels):
        return ".".join(labels[-2:])
    found: str | None = suffixes.privatesuffix(host)
    return found


_STAND_INS = frozenset({"example", "test", "invalid", "localhost"})


@lru_cache(maxsize=64)
def _suffixes(ending: str) -> Any:
    """The list's rules for the names of one ending: to read those of all takes a tenth of a second."""
    from publicsuffixlist import PublicSuffixList

    shown = _in_own_letters(ending)  # as the list has it
    rules = [rule for name in dict.fromkeys((ending, shown)) for rule in _rules(name)]
    has_other_letters = not all(map(str.isascii, rules))
    # accept_unknown: endings that nobody has are told apart by this.
    return PublicSuffixList(rules, accept_unknown=False, accept_encoded_idn=has_other_letters)


def _rules(ending: str) -> Iterator[str]:
    """The lines of the list that end so, as they stand there: a rule is a line, with nothing behind it."""
    text, wanted = _list(), f"{ending}\n".encode()
    at = text.find(wanted)
    while at >= 0:
        line = text[text.rfind(b"\n", 0, at) + 1 : at + len(wanted) - 1].decode()
        if line == ending or (line.endswith(f".{ending}") and not line.startswith("//")):
            yield line
        at = text.find(wanted, at + 1)


@cache
def _list() -> bytes:
    from publicsuffixlist import PSLFILE

    return Path(PSLFILE).read_bytes()


def _in_own_letters(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label
