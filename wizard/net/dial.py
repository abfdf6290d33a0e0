"""A connected socket to a host: both address families raced, no address refused by policy ever tried."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol as Interface

from wizard.errors import DnsUnavailable, NameNotFound
from wizard.model.evidence import ErrorKind
from wizard.net.dns import IPAddress, Resolver

STAGGER_S = 0.25  # RFC 8305 §5: the connection attempt delay
RESOLUTION_DELAY_S = 0.05  # RFC 8305 §3
MAX_ADDRESSES = 6


class DialFailed(Exception):
    """No socket: `kind` says why, `stage_is_dns` at which of the two stages; `addresses` were tried."""

    def __init__(self, kind: ErrorKind, *, stage_is_dns: bool = False, addresses: tuple[str, ...] = ()) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.stage_is_dns = stage_is_dns
        self.addresses = addresses


@dataclass(frozen=True, slots=True)
class Dialed:
    """A connected, non-blocking socket; seconds for finding the name and for connecting."""

    sock: socket.socket
    address: str
    dns_s: float
    connect_s: float
    ipv6_failed: bool = False  # an IPv6 address was tried and did not answer while IPv4 did


class Dialer(Interface):
    """Makes connections; the practice network has its own."""

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        """A socket to host and port.

        `given` is True when the person named the host, so that loopback and link-local addresses are meant.
        `on_found` is told the seconds the name took as soon as an address is known.
        Raises DialFailed. The caller sets the deadline; cancelling frees every socket.
        """


def refused_by_policy(address: IPAddress, *, given: bool, lab: bool) -> bool:
    """Whether an address that somebody else named must not be contacted (T27, T32: loopback, link-local, multicast)."""
    if given or (lab and address.is_loopback):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified


class SystemDialer:
    """Races the addresses of a name (RFC 8305), A and AAAA resolved apart.

    Args:
        resolver: who resolves.
        lab: loopback addresses are what the given name server is for.
    """

    def __init__(self, resolver: Resolver, *, lab: bool = False) -> None:
        self._resolver = resolver
        self._lab = lab

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        loop = asyncio.get_running_loop()
        started = loop.time()
        pending_names: dict[asyncio.Task[tuple[IPAddress, ...]], int] = {
            asyncio.ensure_future(self._resolver.ipv6(host)): 6,
            asyncio.ensure_future(self._resolver.ipv4(host)): 4,
        }
        queue: list[IPAddress] = []
        attempts: dict[asyncio.Task[socket.socket], IPAddress] = {}
        tried: list[str] = []
        errors: list[BaseException] = []
        name_errors: list[BaseException] = []
        refused = False
        found_s: float | None = None
        next_start = 0.0
        try:
            while True:
                now = loop.time()
                only_v4 = any(family == 6 for family in pending_names.values()) and not any(a.version == 6 for a in queue)
                may_start = queue and now >= next_start and len(tried) < MAX_ADDRESSES
                if may_start and only_v4 and found_s is not None and now - started - found_s < RESOLUTION_DELAY_S:
                    may_start = False
                    next_start = max(next_start, started + found_s + RESOLUTION_DELAY_S)
                if may_start:
                    address = self._pop(queue, tried)
                    tried.append(str(address))
                    attempts[asyncio.ensure_future(_connect(address, port))] = address
                    next_start = now + STAGGER_S
                if not pending_names and not attempts and (not queue or len(tried) >= MAX_ADDRESSES):
                    raise _failure(errors, name_errors, refused, found_s is not None, tuple(tried))
                waiting: set[asyncio.Task[object]] = {*pending_names, *attempts}  # type: ignore[arg-type]  # only waited for
                timeout = max(0.0, next_start - loop.time()) if queue and len(tried) < MAX_ADDRESSES else None
                done, _ = await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED) if waiting else (
                    await asyncio.sleep(timeout or 0, (set(), set()))
                )
                for task in done:
                    if task in pending_names:
                        del pending_names[task]  # type: ignore[arg-type]
                        error = task.exception()
                        if error is not None:
                            name_errors.append(error)
                            continue
                        for found in task.result():  # type: ignore[attr-defined]
                            if refused_by_policy(found, given=given, lab=self._lab):
                                refused = True
                            else:
                                queue.append(found)
                        if queue and found_s is None:
                            found_s = loop.time() - started
                            if on_found is not None:
                                on_found(found_s)
                    else:
                        address = attempts.pop(task)  # type: ignore[arg-type]
                        error = task.exception()
                        if error is not None:
                            errors.append(error)
                            next_start = 0.0  # a refusal frees the next attempt at once
                            continue
                        sock: socket.socket = task.result()  # type: ignore[assignment]
                        return Dialed(
                            sock=sock,
                            address=str(address),
                            dns_s=found_s or 0.0,
                            connect_s=loop.time() - started - (found_s or 0.0),
                            ipv6_failed=address.version == 4 and any(":" in other for other in tried),
                        )
        finally:
            await _drop(pending_names, attempts)

    @staticmethod
    def _pop(queue: list[IPAddress], tried: list[str]) -> IPAddress:
        # RFC 8305 §4: the families in turn, IPv6 first.
        wants = 6 if not tried or ":" not in tried[-1] else 4
        index = next((i for i, address in enumerate(queue) if address.version == wants), 0)
        return queue.pop(index)


async def _drop(*groups: dict[asyncio.Task[socket.socket], IPAddress] | dict[asyncio.Task[tuple[IPAddress, ...]], int]) -> None:
    tasks: list[asyncio.Task[object]] = [task for group in groups for task in group]  # type: ignore[misc]
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, socket.socket):
            result.close()


async def _connect(address: IPAddress, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock


_KINDS = {
    errno.ECONNREFUSED: ErrorKind.CONNECTION_REFUSED,
    errno.ETIMEDOUT: ErrorKind.CONNECTION_TIMED_OUT,
    errno.ENETUNREACH: ErrorKind.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: ErrorKind.NETWORK_UNREACHABLE,
    errno.EHOSTDOWN: ErrorKind.NETWORK_UNREACHABLE,
    errno.ENETDOWN: ErrorKind.NETWORK_UNREACHABLE,
    errno.EADDRNOTAVAIL: ErrorKind.NETWORK_UNREACHABLE,
    errno.EACCES: ErrorKind.PERMISSION_DENIED,
    errno.EPERM: ErrorKind.PERMISSION_DENIED,
    errno.ECONNRESET: ErrorKind.CONNECTION_DROPPED,
    errno.ECONNABORTED: ErrorKind.CONNECTION_DROPPED,
}
# What says most about the server comes first: a refusal of IPv4 outweighs the missing route of IPv6.
_WEIGHT = [
    ErrorKind.CONNECTION_REFUSED,
    ErrorKind.CONNECTION_DROPPED,
    ErrorKind.PERMISSION_DENIED,
    ErrorKind.CONNECTION_TIMED_OUT,
    ErrorKind.NETWORK_UNREACHABLE,
]


def error_kind_of(error: BaseException) -> ErrorKind:
    """The kind of an operating system's refusal to connect."""
    number = error.errno if isinstance(error, OSError) else None
    if number is not None and number in _KINDS:
        return _KINDS[number]
    if isinstance(error, TimeoutError):
        return ErrorKind.CONNECTION_TIMED_OUT
    return ErrorKind.NETWORK_UNREACHABLE


def _failure(
    errors: list[BaseException], name_errors: list[BaseException], refused: bool, found: bool, tried: tuple[str, ...]
) -> DialFailed:
    if errors:
        kinds = {error_kind_of(error) for error in errors}
        kind = next((known for known in _WEIGHT if known in kinds), ErrorKind.NETWORK_UNREACHABLE)
        return DialFailed(kind, addresses=tried)
    if refused:
        return DialFailed(ErrorKind.ADDRESS_REFUSED_BY_US, stage_is_dns=True)
    if any(isinstance(error, DnsUnavailable) for error in name_errors):
        return DialFailed(ErrorKind.DNS_UNAVAILABLE, stage_is_dns=True)
    if not found and any(isinstance(error, NameNotFound) for error in name_errors):
        return DialFailed(ErrorKind.NAME_NOT_FOUND, stage_is_dns=True)
    unexpected = next((error for error in name_errors if not isinstance(error, NameNotFound)), None)
    if unexpected is not None:
        raise unexpected
    return DialFailed(ErrorKind.NAME_NOT_FOUND, stage_is_dns=True)


Dial = Callable[[str, int], Awaitable[Dialed]]
