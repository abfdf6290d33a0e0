"""Whoever comes to an address of this computer with one request: a browser on its way back, a phone for its profile."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from wizard.net.patience import within

REQUEST_S: Final = 5.0
MAX_HEAD: Final = 16 * 1024
MAX_AT_ONCE: Final = 64  # a crowd that comes anew all the time leaves whoever is meant the moment they need
BACKLOG: Final = 128

Done = Callable[[], None]
# Of a request's head: the response, and what is to be done once it is sent.
Answer = Callable[[bytes], tuple[bytes, Done | None]]


class Visitors:
    """Answers each connection once and closes it; made by `visitors`.

    `host` is the address and port, as HTTP has them.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._where: tuple[str, int] = listener.getsockname()
        self.host = "{}:{}".format(*self._where)
        self._answering: list[asyncio.Task[None]] = []  # in the order they came
        self._is_ending = False
        self._serving: asyncio.Task[None] | None = None

    def begin(self, answer: Answer) -> None:
        """Lets them in."""
        self._serving = asyncio.get_running_loop().create_task(self._serve(answer))

    async def end(self) -> None:
        """Lets nobody in any more and cuts off whoever is being answered."""
        self._is_ending = True
        if self._serving is None:
            return
        # asyncio loses the connection of an `accept` that is cancelled, or whose server is closed, in the moment it
        # succeeds: so it is not cancelled, but given one more, which is ours.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as last:
            last.setblocking(False)
            coming = asyncio.get_running_loop().create_task(_connect(last, self._where))
            try:
                await asyncio.wait({self._serving}, timeout=REQUEST_S)
            finally:
                for task in (coming, self._serving, *self._answering):
                    task.cancel()
            await asyncio.gather(coming, self._serving, *self._answering, return_exceptions=True)

    async def _serve(self, answer: Answer) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._listener)
            if self._is_ending:
                connection.close()
                return
            connection.setblocking(False)
            if len(self._answering) >= MAX_AT_ONCE:
                # The one that has said nothing for longest makes room: a crowd that waits keeps nobody out.
                self._answering.pop(0).cancel()
            task = loop.create_task(_answer(connection, answer))
            # By its task's end, not inside it: one that is cancelled before it began would leave it open.
            task.add_done_callback(partial(self._close, connection))
            self._answering.append(task)

    def _close(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        connection.close()
        if task in self._answering:
            self._answering.remove(task)


async def _answer(connection: socket.socket, answer: Answer) -> None:
    loop = asyncio.get_running_loop()
    head = b""
    # Whoever stays silent, says too much or goes away is let go: the one who is meant may still come.
    with contextlib.suppress(TimeoutError, OSError), within(REQUEST_S):
        while b"\r\n\r\n" not in head:
            heard = await loop.sock_recv(connection, MAX_HEAD)
            head += heard
            if not heard or len(head) > MAX_HEAD:
                return
        response, done = answer(head)
        await loop.sock_sendall(connection, response)
        connection.shutdown(socket.SHUT_WR)
        if done is not None:
            done()


@asynccontextmanager
async def visitors(address: str) -> AsyncIterator[Visitors]:
    """A listener at this address of this computer, on a port of the system's choice; nothing is left after the block.

    Raises:
        OSError: this computer does not have that address, or no port.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind((address, 0))
        listener.listen(BACKLOG)
        listener.setblocking(False)
        those = Visitors(listener)
        try:
            yield those
        finally:
            await those.end()


async def _connect(sock: socket.socket, where: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_connect(sock, where)
