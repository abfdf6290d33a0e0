"""A private desktop: virtual screen, window manager, session and accessibility bus, as long as the block lasts."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

NEEDED = ("Xvfb", "openbox", "dbus-daemon", "xdotool")
A11Y_BUS = Path("/usr/libexec/at-spi-bus-launcher")
PATIENCE_S = 15.0


def missing() -> list[str]:
    """The programs that are not installed; Debian: xvfb openbox dbus at-spi2-core python3-pyatspi xdotool."""
    gone = [name for name in NEEDED if shutil.which(name) is None]
    return gone if A11Y_BUS.exists() else [*gone, str(A11Y_BUS)]


@contextmanager
def desktop(folder: Path, size: str = "1280x900") -> Iterator[dict[str, str]]:
    """The environment in which programs appear on the desktop, whose screen is of that size in pixels."""
    if gone := missing():
        raise RuntimeError(f"the desktop for tests needs {', '.join(gone)}: run `make test`, which installs them")
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    environment.pop("QT_SCALE_FACTOR", None)
    with ExitStack() as stack:
        environment["DISPLAY"] = _screen(stack, folder, size)
        environment["DBUS_SESSION_BUS_ADDRESS"] = _bus(stack)
        _begin(stack, ["openbox"], environment)
        _begin(stack, [str(A11Y_BUS), "--launch-immediately"], environment)
        yield environment


def _begin(stack: ExitStack, words: list[str], environment: dict[str, str] | None = None) -> None:
    """A program that is ended with the desktop."""
    program = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(_end, program)


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait(5)


def _screen(stack: ExitStack, folder: Path, size: str) -> str:
    """The name of a display nobody else has: Xvfb chooses it and writes it down.

    It does not begin anew when a client leaves: the accessibility bus asks something and goes, and a window manager
    on its way in found the door shut ("Failed to open the display") and the window never had the keyboard.
    """
    said = folder / "display"
    with said.open("wb") as out:
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
    stack.callback(_end, screen)
    end = time.monotonic() + PATIENCE_S
    while not (number := said.read_text().strip()):
        if time.monotonic() > end or screen.poll() is not None:
            raise RuntimeError("Xvfb did not start")
        time.sleep(0.05)
    return f":{number}"


def _bus(stack: ExitStack) -> str:
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(_end, bus)
    if bus.stdout is None:
        raise RuntimeError("the bus said nothing")
    stack.callback(bus.stdout.close)
    return bus.stdout.readline().decode().strip()
