"""A connected socket to a host: both address families raced, no address refused by policy ever tried."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol as Interface

from msgspec import Struct

from wizard.errors import DnsUnavailable, NetworkError
from wizard.model.evidence import ErrorKind
from wizard.net.dns import Resolver
from wizard.net.look_up import RESOLUTION_DELAY_S, connecting, is_under_way, new_socket
from wizard.net.reach import IPAddress, Reach, reach_of, refused_by_policy

STAGGER_S = 0.2  # RFC 8305 §5: the connection attempt delay, between its least (100 ms) and its usual value (250 ms)
MAX_ADDRESSES = 6
REFUSED_S = 1.0  # several names of a provider are one server, whose port is not knocked at twice in a moment


class DialFailed(Exception):
    """No socket: `kind` says why, `stage_is_dns` at which stage; `addresses` were tried, or refused by us.

    `no_route` is True where it is known already that this computer has no way out at all.
    """

    def __init__(
        self,
        kind: ErrorKind,
        *,
        stage_is_dns: bool = False,
        addresses: tuple[str, ...] = (),
        no_route: bool = False,
    ) -> None:
        super().__init__(kind.value)
        self.no_route = no_route
        self.kind = kind
        self.stage_is_dns = stage_is_dns
        self.addresses = addresses


class Dialed(Struct, frozen=True):
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


class SystemDialer:
    """Races the addresses of a name (RFC 8305), A and AAAA resolved apart.

    Args:
        resolver: who resolves.
        lab: loopback addresses are what the given name server is for.
        own_network: the person said yes to servers in the own network, whoever names them.
    """

    def __init__(self, resolver: Resolver, *, lab: bool = False, own_network: bool = False) -> None:
        self._resolver = resolver
        self._lab = lab
        self._own_network = own_network
        self._refusals = Refusals()

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        def refused(found: IPAddress) -> bool:
            return refused_by_policy(found, given=given, lab=self._lab, own_network=self._own_network)

        return await _Race(self._resolver, host, port, refused, self._refusals).run(on_found)


class Refusals:
    """Which ports of which addresses refused a connection a moment ago, under whatever name they were dialled."""

    def __init__(self) -> None:
        self._heard: dict[tuple[IPAddress, int], float] = {}

    def add(self, address: IPAddress, port: int) -> None:
        """It refused now."""
        now = time.monotonic()
        self._heard = {where: heard for where, heard in self._heard.items() if now - heard < REFUSED_S}
        self._heard[address, port] = now

    def has(self, address: IPAddress, port: int) -> bool:
        """Whether it refused within the last second."""
        heard = self._heard.get((address, port))
        return heard is not None and time.monotonic() - heard < REFUSED_S


class _Race:
    """One dial: look-ups and attempts under way until there is a socket or nothing left to try."""

    def __init__(
        self,
        resolver: Resolver,
        host: str,
        port: int,
        refused: Callable[[IPAddress], bool],
        refusals: Refusals,
    ) -> None:
        self._resolver = resolver
        self._refusals = refusals
        self._host = host
        self._port = port
        self._refused = refused
        self._clock = asyncio.get_running_loop().time
        self._started = self._clock()
        self._found_at: float | None = None
        self._next_start = 0.0
        self._ipv6_pending = True
        self._queue: list[IPAddress] = []
        self._tried: list[IPAddress] = []
        self._errors: list[OSError] = []
        self._name_errors: list[NetworkError] = []
        self._refused_ones: list[IPAddress] = []
        self._on_found: Callable[[float], None] | None = None
        self._ended: asyncio.Future[tuple[socket.socket, IPAddress, float]] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._busy = 0

    async def run(self, on_found: Callable[[float], None] | None) -> Dialed:
        self._on_found = on_found
        try:
            self._begin(partial(self._look_up, 6))
            self._begin(partial(self._look_up, 4))
            sock, address, took_s = await self._ended
            await self._stop()
        except BaseException:
            self._ended.cancel()
            if not self._ended.cancelled() and self._ended.exception() is None:
                self._ended.result()[0].close()  # it came, and nobody takes it
            await self._stop()
            raise
        found_s = (self._found_at or self._started) - self._started
        return Dialed(
            sock=sock,
            address=str(address),
            dns_s=found_s,
            connect_s=max(took_s, self._clock() - self._started - found_s),
            ipv6_failed=address.version == 4 and any(other.version == 6 for other in self._tried),
        )

    async def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        left = [task for task in self._tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        self._busy += 1
        self._tasks.append(asyncio.ensure_future(self._done(work)))

    async def _done(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does the work and sees what is to be done then; not by a task's callback, which would come a turn later."""
        try:
            await work()
        except Exception as error:  # what nobody expected is not hidden
            if not self._ended.done():
                self._ended.set_exception(error)
        finally:
            self._busy -= 1
        self._go_on()

    def _go_on(self) -> None:
        if self._ended.done():
            return
        if self._found_at is not None and self._on_found is not None:
            self._on_found(self._found_at - self._started)
            self._on_found = None
        if self._timer is not None:
            self._timer.cancel()
        pause = self._start_next()
        self._timer = asyncio.get_running_loop().call_later(pause, self._go_on) if pause is not None else None
        if not self._busy and self._timer is None:
            self._ended.set_exception(self._failure())

    def _start_next(self) -> float | None:
        """Starts an attempt if one is due; seconds until the next may start, None when there is none to start."""
        if not self._queue or len(self._tried) >= MAX_ADDRESSES or self._found_at is None:
            return None
        due = self._next_start
        waits_for_ipv6 = self._ipv6_pending and all(address.version == 4 for address in self._queue)
        if waits_for_ipv6 and not is_under_way(self._queue[0], self._port):  # who is, has waited
            due = max(due, self._found_at + RESOLUTION_DELAY_S)
        if due > self._clock():
            return due - self._clock()
        # RFC 8305 §4: the families in turn, IPv6 first.
        wanted = 4 if self._tried and self._tried[-1].version == 6 else 6
        index = next((i for i, address in enumerate(self._queue) if address.version == wanted), 0)
        address = self._queue.pop(index)
        self._tried.append(address)
        self._next_start = self._clock() + STAGGER_S
        self._begin(partial(self._attempt, address))
        return STAGGER_S if self._queue else None

    async def _look_up(self, version: int) -> None:
        ask = self._resolver.ipv6 if version == 6 else self._resolver.ipv4
        try:
            addresses = await ask(self._host)
        except NetworkError as error:
            self._name_errors.append(error.with_traceback(None))  # its frames would hold this race
        else:
            for address in addresses:
                (self._refused_ones if self._refused(address) else self._queue).append(address)
            if self._queue and self._found_at is None:
                self._found_at = self._clock()
        finally:
            if version == 6:
                self._ipv6_pending = False

    async def _attempt(self, address: IPAddress) -> None:
        try:
            if self._refusals.has(address, self._port):
                raise ConnectionRefusedError(errno.ECONNREFUSED, "refused a moment ago")
            began, sock = await _connect(address, self._port)
        except OSError as error:
            if error_kind_of(error) is ErrorKind.CONNECTION_REFUSED:
                self._refusals.add(address, self._port)
            self._errors.append(error.with_traceback(None))
            self._next_start = 0.0  # a refusal frees the next attempt at once
            return
        if self._ended.done():
            sock.close()
        else:
            self._ended.set_result((sock, address, time.monotonic() - began))

    def _failure(self) -> DialFailed:
        if self._errors:
            kinds = {error_kind_of(error) for error in self._errors}
            kind = next((known for known in _WEIGHT if known in kinds), ErrorKind.NETWORK_UNREACHABLE)
            return DialFailed(kind, addresses=tuple(str(address) for address in self._tried))
        if self._refused_ones:
            own = [address for address in self._refused_ones if reach_of(address) is Reach.OWN_NETWORK]
            kind = ErrorKind.OWN_NETWORK if own else ErrorKind.ADDRESS_REFUSED_BY_US
            shown = tuple(str(address) for address in own or self._refused_ones)
            return DialFailed(kind, stage_is_dns=True, addresses=shown)
        if any(isinstance(error, DnsUnavailable) for error in self._name_errors):
            return DialFailed(ErrorKind.DNS_UNAVAILABLE, stage_is_dns=True)
        return DialFailed(ErrorKind.NAME_NOT_FOUND, stage_is_dns=True)


async def _connect(address: IPAddress, port: int) -> tuple[float, socket.socket]:
    """When it set out, and the connected socket."""
    began, sock = connecting(address, port) or (time.monotonic(), new_socket(address))
    try:
        await asyncio.get_running_loop().sock_connect(sock, _socket_address(address, port))
    except BaseException as error:
        # It may have been on its way before, and have arrived.
        if not isinstance(error, OSError) or error.errno != errno.EISCONN:
            sock.close()
            raise
    return began, sock


def _socket_address(address: IPAddress, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """Two parts for IPv4, four for IPv6: Windows' event loop takes an address of two parts for IPv4.

    Raises OSError where an IPv6 address names an interface that is not there.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return str(address), port
    scope = address.scope_id or "0"
    number = int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
    return str(address).partition("%")[0], port, 0, number


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
# Windows' own numbers (winerror.h), for which Python knows no errno: it says EINVAL. Its event loop reports with those
# below 10000, its sockets with those above.
_WINDOWS_KINDS = {
    5: ErrorKind.PERMISSION_DENIED,  # ERROR_ACCESS_DENIED
    64: ErrorKind.CONNECTION_DROPPED,  # ERROR_NETNAME_DELETED: the peer reset an overlapped connection
    121: ErrorKind.CONNECTION_TIMED_OUT,  # ERROR_SEM_TIMEOUT
    1225: ErrorKind.CONNECTION_REFUSED,  # ERROR_CONNECTION_REFUSED
    1231: ErrorKind.NETWORK_UNREACHABLE,  # ERROR_NETWORK_UNREACHABLE
    1232: ErrorKind.NETWORK_UNREACHABLE,  # ERROR_HOST_UNREACHABLE
    1233: ErrorKind.NETWORK_UNREACHABLE,  # ERROR_PROTOCOL_UNREACHABLE
    1234: ErrorKind.CONNECTION_REFUSED,  # ERROR_PORT_UNREACHABLE: nothing serves at that port
    1235: ErrorKind.CONNECTION_DROPPED,  # ERROR_REQUEST_ABORTED
    1236: ErrorKind.CONNECTION_DROPPED,  # ERROR_CONNECTION_ABORTED
    1260: ErrorKind.PERMISSION_DENIED,  # ERROR_ACCESS_DISABLED_BY_POLICY
    1460: ErrorKind.CONNECTION_TIMED_OUT,  # ERROR_TIMEOUT
    10013: ErrorKind.PERMISSION_DENIED,  # WSAEACCES
    10049: ErrorKind.NETWORK_UNREACHABLE,  # WSAEADDRNOTAVAIL
    10050: ErrorKind.NETWORK_UNREACHABLE,  # WSAENETDOWN
    10051: ErrorKind.NETWORK_UNREACHABLE,  # WSAENETUNREACH
    10052: ErrorKind.CONNECTION_DROPPED,  # WSAENETRESET
    10053: ErrorKind.CONNECTION_DROPPED,  # WSAECONNABORTED
    10054: ErrorKind.CONNECTION_DROPPED,  # WSAECONNRESET
    10057: ErrorKind.CONNECTION_DROPPED,  # WSAENOTCONN: closed before we came to use it
    10058: ErrorKind.CONNECTION_DROPPED,  # WSAESHUTDOWN
    10060: ErrorKind.CONNECTION_TIMED_OUT,  # WSAETIMEDOUT
    10061: ErrorKind.CONNECTION_REFUSED,  # WSAECONNREFUSED
    10064: ErrorKind.NETWORK_UNREACHABLE,  # WSAEHOSTDOWN
    10065: ErrorKind.NETWORK_UNREACHABLE,  # WSAEHOSTUNREACH
}
_CLASS_KINDS: tuple[tuple[type[BaseException], ErrorKind], ...] = (
    (ConnectionRefusedError, ErrorKind.CONNECTION_REFUSED),
    (ConnectionError, ErrorKind.CONNECTION_DROPPED),
    (PermissionError, ErrorKind.PERMISSION_DENIED),
    (TimeoutError, ErrorKind.CONNECTION_TIMED_OUT),
)
# What says most about the server comes first: a refusal of IPv4 outweighs the missing route of IPv6.
_WEIGHT = [
    ErrorKind.CONNECTION_REFUSED,
    ErrorKind.CONNECTION_DROPPED,
    ErrorKind.PERMISSION_DENIED,
    ErrorKind.CONNECTION_TIMED_OUT,
    ErrorKind.NETWORK_UNREACHABLE,
]


def error_kind_of(error: BaseException) -> ErrorKind:
    """The kind of an operating system's refusal to connect, on whichever system it was raised."""
    windows_number = getattr(error, "winerror", None)
    if windows_number in _WINDOWS_KINDS:
        return _WINDOWS_KINDS[windows_number]
    number = error.errno if isinstance(error, OSError) else None
    if number in _KINDS:
        return _KINDS[number]
    kinds = (kind for raised, kind in _CLASS_KINDS if isinstance(error, raised))
    return next(kinds, ErrorKind.NETWORK_UNREACHABLE)
