"""A second start comes back to the first window, and only that of the same person, screen and options does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from wizard.gui.app import Wizard
from wizard.gui.single_instance import MAX_BYTES, SingleInstance, hand_over, meeting_point

SECONDS = 30_000
pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="a socket below TMPDIR there has too long a path here")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    place = meeting_point()
    assert place is not None
    return place


@pytest.fixture
def instance(wizard: Wizard, place: str) -> Iterator[SingleInstance]:
    made = SingleInstance(wizard.window, wizard.account, place)
    made.start()
    yield made
    made.close()


def start_again(*words: str) -> subprocess.Popen[bytes]:
    """Another start of the program, in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "wizard", *words], env=dict(os.environ))


@pytest.mark.usefixtures("instance")
def test_a_second_start_fills_in_its_address_raises_the_window_and_ends(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.window.showMinimized()
    second = start_again("gui", "ada@example.org", "--timings")
    qtbot.waitUntil(lambda: wizard.account.address_field.text() == "ada@example.org", timeout=SECONDS)
    assert second.wait(30) == 0
    assert not wizard.window.windowState() & Qt.WindowState.WindowMinimized
    assert wizard.window.isVisible()


@pytest.mark.usefixtures("instance")
def test_what_is_typed_already_stays(wizard: Wizard, place: str, qtbot: QtBot) -> None:
    wizard.account.prefill("grace@example.org")
    wizard.window.showMinimized()
    assert hand_over(place, "ada@example.org")
    minimized = Qt.WindowState.WindowMinimized
    qtbot.waitUntil(lambda: not wizard.window.windowState() & minimized, timeout=SECONDS)
    assert wizard.account.address_field.text() == "grace@example.org"


def test_other_options_another_person_or_screen_meet_elsewhere(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {meeting_point(("practice=True",)), place}
    for name in ("HOME", "DISPLAY", "XDG_DATA_HOME"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "/elsewhere")
            others.add(meeting_point())
    assert len(others) == 5


def test_nobody_is_there(place: str) -> None:
    assert not hand_over(place, "ada@example.org")
    assert not hand_over(None, "ada@example.org")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of Windows goes with its program")
def test_what_a_killed_program_left_behind_is_no_window(wizard: Wizard, place: str) -> None:
    words = "import os, sys, multiprocessing.connection as m; held = m.Listener(sys.argv[1]); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", words, place], check=False)
    assert Path(place).exists()
    assert not hand_over(place, None)
    instance = SingleInstance(wizard.window, wizard.account, place)
    instance.start()
    assert hand_over(place, None)
    instance.close()
    assert not Path(place).exists()


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("said", [b"", b"[]", b"\xff\x00", b"[" * MAX_BYTES, b"x" * (MAX_BYTES + 1)], ids=range(5))
def test_what_no_start_of_ours_says_is_passed_over(wizard: Wizard, place: str, said: bytes) -> None:
    with Client(place) as line:
        line.send_bytes(said)
    with Client(place):
        pass  # gone at once
    assert hand_over(place, None)
    assert wizard.account.address_field.text() == ""


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    "said",
    [
        {"activation": "a\0b"},
        {"activation": "\ud800"},
        {"address": "ada@example.org\nx"},
        {"address": "\u202egro.elpmaxe@ada"},
    ],
    ids=range(4),
)
def test_what_cannot_be_seen_is_passed_over(
    wizard: Wizard, place: str, said: dict[str, str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "own")
    with Client(place) as line:
        line.send_bytes(json.dumps(said).encode())
        assert line.poll(30)
    wizard.window.showMinimized()
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "next")
    assert hand_over(place, "grace@example.org")
    qtbot.waitUntil(lambda: wizard.account.address_field.text() == "grace@example.org", timeout=SECONDS)
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "next"


# Says an address to a window, and prints whether it was taken.
STRANGER = """
import socket, struct, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
said = b'{"address": "eve@example.org"}'
try:
    line.sendall(struct.pack("!i", len(said)) + said)
    print(line.recv(100))
except ConnectionError:
    print(b"")
"""
# Takes the place of a window before there is one, and prints what it is told.
SQUATTER = """
import os, socket, sys
held = socket.socket(socket.AF_UNIX)
held.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
held.listen()
print("there", flush=True)
print(held.accept()[0].recv(100))
"""
STRANGERS_USER = 65534
only_as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="a process of another user can be started by root alone"
)


@pytest.fixture
def open_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place in a folder that anybody may use, as XDG_RUNTIME_DIR must not be and may be by mistake."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        Path(folder).chmod(0o777)
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        place = meeting_point()
        assert place is not None
        yield place


@only_as_root
def test_another_user_fills_in_no_address(wizard: Wizard, open_place: str, qtbot: QtBot) -> None:
    instance = SingleInstance(wizard.window, wizard.account, open_place)
    instance.start()
    Path(open_place).chmod(0o777)
    words = ["/usr/bin/python3", "-c", STRANGER, open_place]
    said = subprocess.run(words, user=STRANGERS_USER, cwd="/", capture_output=True, text=True, check=True)
    assert said.stdout == "b''\n"
    assert hand_over(open_place, "ada@example.org")
    qtbot.waitUntil(lambda: wizard.account.address_field.text() == "ada@example.org", timeout=SECONDS)
    instance.close()


@only_as_root
def test_another_user_who_was_there_first_learns_no_address(open_place: str) -> None:
    words = ["/usr/bin/python3", "-c", SQUATTER, open_place]
    with subprocess.Popen(words, user=STRANGERS_USER, cwd="/", stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        assert not hand_over(open_place, "ada@example.org")
        assert other.stdout.read() == "b''\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone is asked who is at the other end")
def test_who_is_at_the_other_end_is_asked_before_anything_is_said(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = os.getuid()
    with Listener(place) as listener:
        monkeypatch.setattr(os, "getuid", lambda: user + 1)
        assert not hand_over(place, "ada@example.org")
        with listener.accept() as line, pytest.raises(EOFError):
            line.recv_bytes(MAX_BYTES)
