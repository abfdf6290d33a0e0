"""The system's look-ups of addresses, and what may begin before there is a loop, while the program is still loaded."""

from __future__ import annotations

import ipaddress
import socket
import sys
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Any, Final

from wizard.net.reach import IPAddress

KEPT_S: Final = 5.0  # what was looked up longer ago is asked anew
FAMILIES: Final = (socket.AF_INET6, socket.AF_INET)
RESOLUTION_DELAY_S: Final = 0.05  # RFC 8305 §3: so long IPv4 waits for the answer about IPv6
STAGGER_S: Final = 0.08  # the lead of an account's likeliest server over the next one; RFC 8305 §5 has 10 ms to 2 s

Found = list[tuple[Any, ...]]


class _Begun:
    """A look-up in a thread of its own, begun now; `start` is told what was found before anybody else is."""

    def __init__(self, host: str, family: socket.AddressFamily, start: _HeadStart) -> None:
        self.at = monotonic()
        self._asked = host, family
        self._start = start
        self._found: Found = []
        self._error: Exception | None = None
        self._is_over = allocate_lock()
        self._is_over.acquire()
        self._is_asking = allocate_lock()
        self._is_asking.acquire()
        start_new_thread(self._look, ())
        self._is_asking.acquire()  # or who goes on to load the program keeps the question from leaving for 20 ms

    def _look(self) -> None:
        self._is_asking.release()
        try:
            self._found = _asked(*self._asked)
        except Exception as error:
            self._error = error
        finally:
            try:
                self._start.answered(self._found)
            finally:
                self._is_over.release()
        if self._asked[1] is socket.AF_INET and self._found:
            self._start.go_on_without_ipv6(lambda: _begun.get(self._asked) is self)

    def result(self) -> Found:
        self._is_over.acquire()
        if self._error is not None:
            raise self._error
        return self._found


class _HeadStart:
    """Connections to one host, begun as soon as its name is found: to the address that a dialler would take first.

    RFC 8305: IPv6 goes first where it is answered no more than 50 ms after IPv4.
    """

    def __init__(self, ports: Sequence[int], refuses: Callable[[IPAddress], bool]) -> None:
        self._began = monotonic()
        self._ports = ports
        self._refuses = refuses
        self._answering = allocate_lock()
        self._first: tuple[float, list[IPAddress]] | None = None
        self._has_both = False

    def answered(self, found: Found) -> None:
        """What is known of one kind of address; with the second answer the connections begin."""
        with self._answering:
            addresses = [ipaddress.ip_address(one[4][0]) for one in found]
            if self._first is None:
                self._first = monotonic(), addresses
                return
            self._has_both = True
            first_at, first = self._first
            if monotonic() - first_at <= RESOLUTION_DELAY_S:  # or IPv4 went ahead, here or where it is waited for
                self._connect(*first, *addresses)

    def go_on_without_ipv6(self, is_wanted: Callable[[], bool]) -> None:
        """Waits as long as IPv4 has to wait for a word about IPv6, and begins if it `is_wanted` here still."""
        if not self._ports or self._has_both:
            return
        sleep(RESOLUTION_DELAY_S)
        with self._answering:
            if not self._has_both and self._first is not None and is_wanted():
                self._connect(*self._first[1])

    def _connect(self, *addresses: IPAddress) -> None:
        wanted = [one for one in addresses if not self._refuses(one)]
        if not wanted:
            return
        address = max(wanted, key=lambda one: one.version)  # IPv6 first (RFC 8305 §4); each kind's in its order
        is_late = monotonic() - self._began >= STAGGER_S
        with suppress(OSError):  # no IPv6 in this computer, or no socket is left: whoever dials hears of it
            for port in self._ports if is_late else self._ports[:1]:
                _connect(address, port)

    def let_go(self) -> None:
        """Whatever is answered from now on, nothing is connected."""
        with self._answering:
            self._ports = ()


_starts: list[_HeadStart] = []
_begun: dict[tuple[str, socket.AddressFamily], _Begun] = {}
_connecting: dict[tuple[IPAddress, int], tuple[float, socket.socket]] = {}


def begin(host: str, ports: Sequence[int] = (), refuses: Callable[[IPAddress], bool] = lambda _: True) -> None:
    """Begins to look up the addresses of both kinds; whoever wants them in the next seconds has them from here.

    Connections to these ports, the likeliest first, begin with the answer, unless `refuses` says no to its addresses.
    They are for who dials there in the next seconds; what is left of them is closed by `let_go`.
    """
    start = _HeadStart(ports, refuses)
    _starts.append(start)
    for family in FAMILIES:
        _begun[host, family] = _Begun(host, family, start)


def began_s() -> float:
    """Seconds since the first look-up was begun of those that are still to be taken; 0 where there is none."""
    ages = [monotonic() - one.at for one in _begun.values()]
    return max((age for age in ages if age < KEPT_S), default=0.0)


def look_up(host: str, family: socket.AddressFamily) -> Found:
    """What `socket.getaddrinfo` says of the host, and raises; a thread waits here."""
    begun = _begun.pop((host, family), None)
    return begun.result() if begun is not None and monotonic() - begun.at < KEPT_S else _asked(host, family)


def connecting(address: IPAddress, port: int) -> tuple[float, socket.socket] | None:
    """A non-blocking socket on its way there, which is the caller's from now on, and when it set out (`monotonic`)."""
    begun = _connecting.pop((address, port), None)
    if begun is not None and monotonic() - begun[0] >= KEPT_S:
        begun[1].close()
        return None
    return begun


def is_under_way(address: IPAddress, port: int) -> bool:
    """Whether a connection to it was begun and not yet taken."""
    return (address, port) in _connecting


def new_socket(address: IPAddress) -> socket.socket:
    """A non-blocking socket to connect with an address."""
    sock = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def let_go() -> None:
    """Closes the connections that nobody took, and begins no more."""
    while _starts:
        _starts.pop().let_go()
    while _connecting:
        _connecting.popitem()[1][1].close()


def _connect(address: IPAddress, port: int) -> None:
    if sys.platform == "win32":
        return  # its event loop takes no socket that is on its way already
    sock = new_socket(address)
    sock.connect_ex((str(address), port))  # what comes of it, whoever takes the socket hears
    _connecting[address, port] = monotonic(), sock


def _asked(host: str, family: socket.AddressFamily) -> Found:
    # Bytes are handed on as they are; a text goes through Python's codec for international names, slow to load.
    labels = host.split(".")
    is_plain = host.isascii() and all(0 < len(one) < 64 and one.replace("-", "").isalnum() for one in labels)
    return socket.getaddrinfo(host.encode() if is_plain else host, None, family, socket.SOCK_STREAM)
