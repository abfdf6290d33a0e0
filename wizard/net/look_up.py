"""The system's look-ups of addresses. One may be begun before there is a loop, while the program is still loaded."""

from __future__ import annotations

import socket
from _thread import allocate_lock, start_new_thread
from time import monotonic
from typing import Any, Final

KEPT_S: Final = 5.0  # what was looked up longer ago is asked anew
FAMILIES: Final = (socket.AF_INET6, socket.AF_INET)

Found = list[tuple[Any, ...]]


class _Begun:
    """A look-up in a thread of its own, begun now."""

    def __init__(self, host: str, family: socket.AddressFamily) -> None:
        self.at = monotonic()
        self._asked = host, family
        self._found: Found = []
        self._error: Exception | None = None
        self._is_over = allocate_lock()
        self._is_over.acquire()
        start_new_thread(self._look, ())

    def _look(self) -> None:
        try:
            self._found = _asked(*self._asked)
        except Exception as error:
            self._error = error
        finally:
            self._is_over.release()

    def result(self) -> Found:
        self._is_over.acquire()
        if self._error is not None:
            raise self._error
        return self._found


_begun: dict[tuple[str, socket.AddressFamily], _Begun] = {}


def begin(host: str) -> None:
    """Begins to look up the addresses of both kinds; whoever wants them in the next seconds has them from here."""
    for family in FAMILIES:
        _begun[host, family] = _Begun(host, family)


def began_s() -> float:
    """Seconds since the first look-up was begun of those that are still to be taken; 0 where there is none."""
    ages = [monotonic() - one.at for one in _begun.values()]
    return max((age for age in ages if age < KEPT_S), default=0.0)


def look_up(host: str, family: socket.AddressFamily) -> Found:
    """What `socket.getaddrinfo` says of the host, and raises; a thread waits here."""
    begun = _begun.pop((host, family), None)
    return begun.result() if begun is not None and monotonic() - begun.at < KEPT_S else _asked(host, family)


def _asked(host: str, family: socket.AddressFamily) -> Found:
    return socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
