"""One window for one person: a second start hands its address to the window that is open, raises it and ends.

Two windows would be two sessions for one account. Whoever starts with other options (practice, another pack) gets a
window of its own.

Another user of the computer neither learns the address nor fills one in. The folder of the socket is the person's
alone, and where it is not, the system is asked who is at the other end. Windows' pipe is open to its owner and to
administrators for writing; who made it is not asked there, so whoever takes its name first could learn the address.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import threading
import zlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from multiprocessing.connection import Listener

    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.window import WizardWindow

MAX_BYTES = 4096
PATIENCE_S = 2.0
_TAKEN = b"taken"


def meeting_point(options: tuple[str, ...] = ()) -> str | None:
    """Where starts of this person, on this screen and with these options, meet: a socket or, on Windows, a pipe.

    None where the system has no folder that is this person's alone; then every start has a window of its own.
    """
    screen = [os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "SESSIONNAME")]
    # The folders too: whoever starts it with another home means other saved accounts.
    homes = [os.environ.get(name) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME")]
    name = f"mailwright-{zlib.crc32(repr((screen, homes, options)).encode()):08x}"
    if sys.platform == "win32":
        return rf"\\.\pipe\{name}"
    else:
        # Nobody else reads these: the XDG Base Directory Specification demands it of the first, macOS of the second.
        folder = os.environ.get("TMPDIR" if sys.platform == "darwin" else "XDG_RUNTIME_DIR")
        return os.path.join(folder, name) if folder else None


def hand_over(place: str | None, address: str | None) -> bool:
    """Whether a window is open there, which now comes to the front with `address` where it has none yet."""
    if place is None or not _is_there(place):
        return False
    from multiprocessing.connection import Client

    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ours to give: we were started by the person's own press
    said = {"address": address or "", "activation": os.environ.get("XDG_ACTIVATION_TOKEN", "")}
    try:
        with Client(place) as line:
            if not _is_same_user(line.fileno()):
                return False
            line.send_bytes(json.dumps(said).encode())
            return line.poll(PATIENCE_S) and line.recv_bytes(MAX_BYTES) == _TAKEN
    except (OSError, EOFError):
        return False


class SingleInstance(QObject):
    """Listens, from `start` to `close`, for other starts; each raises the window."""

    _asked = Signal(str, str)  # address, activation token; emitted in the thread, heard in the window's

    def __init__(self, window: WizardWindow, account: AccountPage, place: str) -> None:
        super().__init__(window)
        self._window = window
        self._account = account
        self._place = place
        self._listener: Listener | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="single-instance", daemon=True)
        self._asked.connect(self._raise)

    def start(self) -> None:
        """Begins to listen; where another took the place meanwhile, this window stands for itself."""
        from multiprocessing.connection import Listener

        if sys.platform != "win32" and _is_there(self._place) and not hand_over(self._place, None):
            os.unlink(self._place)  # left behind by a program that was killed
        try:
            self._listener = Listener(self._place)
        except OSError:
            return
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and frees the place."""
        if self._listener is None:
            return
        self._closed = True
        hand_over(self._place, None)  # wakes it up: closing alone does not
        self._thread.join(PATIENCE_S)
        self._listener.close()

    def _listen(self) -> None:
        while not self._closed and self._listener is not None:
            try:
                with self._listener.accept() as line:
                    if not _is_same_user(line.fileno()) or not line.poll(PATIENCE_S):
                        continue
                    said = json.loads(line.recv_bytes(MAX_BYTES))
                    if self._closed or not isinstance(said, dict):
                        continue
                    line.send_bytes(_TAKEN)
            except (OSError, EOFError, ValueError, RecursionError):
                continue  # somebody who went away, or says what no start of ours would
            address, activation = str(said.get("address", "")), str(said.get("activation", ""))
            # Neither holds a sign that cannot be seen; the second goes into the environment, which takes no NUL.
            if address.isprintable() and activation.isprintable():
                self._asked.emit(address, activation)

    def _raise(self, address: str, activation: str) -> None:
        window, account = self._window, self._account
        if address and window.current_page() is account and not account.address_field.text().strip():
            account.prefill(address)
        if activation:
            os.environ["XDG_ACTIVATION_TOKEN"] = activation  # Wayland lets a window come to the front with one only
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()


def _is_same_user(line: int) -> bool:
    """Whether this user is at the other end, by what Linux noted as it connected; True where nobody is asked."""
    if sys.platform != "linux":
        return True
    with socket.socket(fileno=os.dup(line)) as other:
        told = other.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    return bool(user == os.getuid())


def _is_there(place: str) -> bool:
    if sys.platform == "win32":
        import _winapi

        try:
            _winapi.WaitNamedPipe(place, 0)
        except OSError as error:
            return error.winerror == 121  # ERROR_SEM_TIMEOUT: it is there, and busy
        return True
    else:
        return os.path.exists(place)
