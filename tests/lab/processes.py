"""Programs of other people, run as children of the tests: found, started, waited for, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

START_S = 20.0
STOP_S = 5.0
_ADMIN_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin")


class LabUnavailable(Exception):
    """A program the tests stand on is missing or did not start; the sentence says which and what to do."""


def program(name: str, package: str) -> str:
    """The path of a program; raises LabUnavailable with the Debian package that has it."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_ADMIN_FOLDERS)))
    if found is None:
        raise LabUnavailable(f"{name} is missing: install the package {package}, or run `make test`, which does")
    return found


def free_ports(address: str, count: int) -> tuple[int, ...]:
    """So many ports that nobody listened on a moment ago."""
    held = [socket.socket() for _ in range(count)]
    try:
        for sock in held:
            sock.bind((address, 0))
        return tuple(sock.getsockname()[1] for sock in held)
    finally:
        for sock in held:
            sock.close()


def free_address(ports: Sequence[int] = ()) -> str:
    """A loopback address on which none of the ports is taken; never 127.0.0.1."""
    return free_addresses(1, ports)[0]


def free_addresses(count: int, ports: Sequence[int] = ()) -> tuple[str, ...]:
    """So many loopback addresses on which none of the ports is taken.

    Mail servers treat a client that comes from their own address as one inside the house (Dovecot offers sign-in
    without encryption then), and the kernel gives clients 127.0.0.1.
    """
    start = os.getpid() * 7
    found: list[str] = []
    for step in range(2000):
        number = (start + step) % 60000
        address = f"127.20.{number // 240}.{number % 240 + 10}"
        if all(_is_free(address, port) for port in ports):
            found.append(address)
        if len(found) == count:
            return tuple(found)
    raise LabUnavailable(f"no loopback address has the ports {', '.join(map(str, ports))} free")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address, port))
        except PermissionError as error:
            raise LabUnavailable(f"port {port} needs root: run the tests as root") from error
        except OSError:
            return False
    return True


def wait_until(done: Callable[[], bool], what: str, timeout_s: float = START_S) -> None:
    """Returns once `done` says so; raises LabUnavailable naming what did not happen."""
    end = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > end:
            raise LabUnavailable(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.01)


def accepts(address: str, port: int) -> bool:
    """Whether somebody listens there now."""
    with socket.socket() as sock:
        sock.settimeout(1)
        return sock.connect_ex((address, port)) == 0


class Process:
    """A program in the foreground of its own process group, with its output in a file; stopped with the `with` block.

    Args:
        command: program and arguments.
        output: the file that gets what it prints.
        ready: asked until it says yes.
    """

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._output = output
        self._ready = ready
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output.open("ab") as output:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(self._environment or {})},
                start_new_session=True,
            )
        try:
            wait_until(self._ready_or_dead, f"{self._command[0]} is up")
            if self._child.poll() is not None:
                raise LabUnavailable(f"{self._command[0]} ended with {self._child.returncode}")
        except LabUnavailable as error:
            self._stop()
            raise LabUnavailable(f"{error}\n{self._output.read_text(errors='replace')[-3000:]}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _ready_or_dead(self) -> bool:
        return (self._child is not None and self._child.poll() is not None) or self._ready()

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        # Killed, not asked: they are all in its group, and nothing they could still write is wanted.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(STOP_S)
