"""A real keyring that is open: GNOME's Secret Service on a session bus of its own, as after a person's sign-in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.lab.processes import wait_until

SERVICE = "org.freedesktop.secrets"
DEFAULT = "/org/freedesktop/secrets/aliases/default"


def missing() -> list[str]:
    """The programs that are not installed; Debian: dbus gnome-keyring."""
    return [name for name in ("dbus-daemon", "gnome-keyring-daemon", "gdbus") if shutil.which(name) is None]


@contextmanager
def secret_service(home: Path) -> Iterator[dict[str, str]]:
    """What programs need in their environment to reach the keyring of this home folder, as long as the block lasts."""
    places = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    with ExitStack() as stack:
        bus = stack.enter_context(
            subprocess.Popen(
                ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                env=places, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        stack.callback(bus.kill)
        assert bus.stdout is not None
        reach = {"XDG_RUNTIME_DIR": str(home), "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().decode().strip()}
        keyring = stack.enter_context(
            subprocess.Popen(
                ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                env=places | reach, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        stack.callback(keyring.kill)
        assert keyring.stdin is not None
        keyring.stdin.write(b"its own password")
        keyring.stdin.close()
        wait_until(lambda: _is_open(places | reach), "the keyring is open")
        yield reach


def _is_open(environment: dict[str, str]) -> bool:
    # The bus starts a second daemon, whose keyring is shut, for whoever calls the service before the first is there.
    has_owner = ("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", SERVICE)
    is_locked = (DEFAULT, "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Collection", "Locked")
    return "true" in _ask(environment, "org.freedesktop.DBus", *has_owner) and (
        "false" in _ask(environment, SERVICE, *is_locked)
    )


def _ask(environment: dict[str, str], destination: str, path: str, method: str, *words: str) -> str:
    asked = ["gdbus", "call", "--session", "--dest", destination, "--object-path", path, "--method", method, *words]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, check=False, timeout=20).stdout
