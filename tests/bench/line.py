"""A long line between two network namespaces: packets come late or never. Nothing leaves this computer.

Both ends are TUN devices; a process of its own (this module as a program) carries packets from one to the other, so
that SYN, DNS and IPv6 are delayed like everything else. Needs root and /dev/net/tun.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = "10.77.0.1"
HERE_IPV6 = "fd77::1"
DEVICE = "line0"
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET, CLONE_NEWNS: <linux/sched.h>; Python has them from 3.12 on
_NEW_MOUNTS = 0x00020000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 1, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)


class LineUnavailable(Exception):
    """The kernel gives us no namespaces or no TUN device."""


class Namespace:
    """A network namespace of our own; it is gone with this process."""

    def __init__(self) -> None:
        home = _this_namespace()
        try:
            _must(_libc.unshare(_NEW_NETWORK), "a network namespace")
            self._handle = _this_namespace()
            _run("ip", "link", "set", "lo", "up")
        finally:
            _must(_libc.setns(home, _NEW_NETWORK), "the namespace we came from")
            os.close(home)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets, threads and programs begun within the block are inside the namespace."""
        home = _this_namespace()
        _must(_libc.setns(self._handle, _NEW_NETWORK), "our network namespace")
        try:
            yield
        finally:
            _must(_libc.setns(home, _NEW_NETWORK), "the namespace we came from")
            os.close(home)

    def close(self) -> None:
        """Lets go of the namespace."""
        os.close(self._handle)


class Line:
    """Two namespaces, `near` and `far`, and the line between them; undelayed until `carry`."""

    def __init__(self, far: Sequence[str], far_ipv6: Sequence[str] = ()) -> None:
        self._opened = ExitStack()
        self._carrier: subprocess.Popen[bytes] | None = None
        try:
            self.near = Namespace()
            self._opened.callback(self.near.close)
            self.far = Namespace()
            self._opened.callback(self.far.close)
            self._ends = (
                self._device(self.near, (HERE,), (HERE_IPV6,)),
                self._device(self.far, far, far_ipv6),
            )
        except BaseException:
            self._opened.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._opened.close()

    def carry(self, rtt_ms: float, *, loss: float = 0.0, seed: int = 1) -> None:
        """From now on a packet and its answer take `rtt_ms`, and each packet is lost with the probability `loss`."""
        self._stop()
        self._carrier = subprocess.Popen(
            [
                sys.executable, "-m", "tests.bench.line", *map(str, self._ends), "--rtt-ms", str(rtt_ms),
                "--loss", str(loss), "--seed", str(seed),
            ],
            pass_fds=self._ends, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._carrier.stdout is not None
        if self._carrier.stdout.read(1) != b".":
            raise LineUnavailable("the line's process did not start")

    def rules(self, *rules: str) -> None:
        """nftables rules for what arrives at the far end; they replace all earlier ones.

        Written as in "tcp dport 587 drop" or "tcp dport 465 reject with tcp reset".
        """
        body = "".join(f"    {rule}\n" for rule in rules)
        chain = f"  chain in {{\n    type filter hook input priority 0;\n{body}  }}\n"
        script = f"flush ruleset\ntable inet bench {{\n{chain}}}\n"
        with self.far.entered():
            subprocess.run(["nft", "-f", "-"], input=script.encode(), check=True)

    def _device(self, namespace: Namespace, addresses: Sequence[str], ipv6: Sequence[str]) -> int:
        with namespace.entered():
            try:
                device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
                fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", DEVICE.encode(), _IFF_TUN | _IFF_NO_PI))
            except OSError as error:
                raise LineUnavailable(f"no TUN device: {error.strerror}") from error
            self._opened.callback(os.close, device)
            for address in addresses:
                _run("ip", "addr", "add", f"{address}/32", "dev", DEVICE)
            for address in ipv6:
                _run("ip", "-6", "addr", "add", f"{address}/128", "dev", DEVICE, "nodad")
            _run("ip", "link", "set", DEVICE, "mtu", "1500", "txqueuelen", "10000", "up")
            _run("ip", "route", "add", "default", "dev", DEVICE)
            _run("ip", "-6", "route", "add", "default", "dev", DEVICE)
        return device

    def _stop(self) -> None:
        carrier, self._carrier = self._carrier, None
        if carrier is not None:
            carrier.kill()
            carrier.wait()
            assert carrier.stdout is not None
            carrier.stdout.close()


def own_resolver(file: Path) -> None:
    """Makes `file` this process's /etc/resolv.conf; other processes keep theirs. Call it once, before any thread."""
    _must(_libc.unshare(_NEW_MOUNTS), "a mount namespace")
    _run("mount", "--make-rprivate", "/")
    _run("mount", "--bind", str(file), os.path.realpath("/etc/resolv.conf"))


def _this_namespace() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _must(result: int, what: str) -> None:
    if result != 0:
        raise LineUnavailable(f"{what}: {os.strerror(ctypes.get_errno())}")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise LineUnavailable(str(error)) from error


def _carry(ends: tuple[int, int], half_s: float, loss: float, seed: int) -> None:
    """Carries packets until it is killed. The delay is the same for all, so they leave in the order they came."""
    chance = random.Random(seed)  # noqa: S311 - which packets are lost is the same in every run
    under_way: deque[tuple[float, int, bytes]] = deque()
    clock = time.monotonic
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    while True:
        pause = max(0.0, under_way[0][0] - clock()) if under_way else None
        readable, _, _ = select.select(ends, [], [], pause)
        for end in readable:
            with suppress(BlockingIOError):
                while True:
                    packet = os.read(end, 65536)
                    if loss == 0.0 or chance.random() >= loss:
                        under_way.append((clock() + half_s, other[end], packet))
        now = clock()
        while under_way and under_way[0][0] <= now:
            _, end, packet = under_way.popleft()
            with suppress(OSError):  # the device's queue is full: lost, as on any line
                os.write(end, packet)


def main() -> None:
    """Carries between two inherited TUN devices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ends", type=int, nargs=2)
    parser.add_argument("--rtt-ms", type=float, required=True)
    parser.add_argument("--loss", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()
    with suppress(OSError):
        os.nice(-10)  # a line that waits for a processor is longer than it says
    sys.stdout.write(".")
    sys.stdout.flush()
    _carry((args.ends[0], args.ends[1]), args.rtt_ms / 2000, args.loss, args.seed)


if __name__ == "__main__":
    main()
