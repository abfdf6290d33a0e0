"""Whose name it is: the registrable domain of a host, by the Public Suffix List."""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache
from typing import Any

from wizard.imports import loaded


@lru_cache(maxsize=1024)  # a check asks seven times for its few hosts
def registrable_domain(host: str) -> str:
    """The part of `host` that somebody registered ("example.co.uk"); the host itself where nobody did."""
    host = host.lower().rstrip(".")
    if _is_address(host):
        return host
    return _registered(host) or host


def same_site(one: str, other: str) -> bool:
    """Whether both hosts belong to the same registrable domain."""
    return registrable_domain(one) == registrable_domain(other)


def has_known_ending(domain: str) -> bool:
    """Whether names are registered below the domain's ending, or it is one of those that stand for any (RFC 2606)."""
    ending = domain.lower().rstrip(".").rpartition(".")[2]
    return ending in _STAND_INS or bool(_suffixes().publicsuffix(domain))


def is_public_suffix(domain: str) -> bool:
    """Whether anybody may register names below `domain`, such as "co.uk"."""
    return _registered(domain) is None


def _registered(host: str) -> str | None:
    """What somebody registered; below an ending that nobody has, one label of it (the list's own rule "*")."""
    suffixes = _suffixes()
    labels = host.split(".")
    if suffixes.publicsuffix(host) is None and len(labels) > 1 and all(labels):
        return ".".join(labels[-2:])
    found: str | None = suffixes.privatesuffix(host)
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


_STAND_INS = frozenset({"example", "test", "invalid", "localhost"})


async def ready() -> None:
    """Returns once the Public Suffix List is read; the loop goes on meanwhile."""
    if not _suffixes.cache_info().currsize:
        await loaded(_suffixes)


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)  # endings that nobody has are told apart by this
