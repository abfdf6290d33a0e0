"""Work goes to the engine and its answers come back; errors become sentences, cancelled work stays silent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard.errors import NameNotFound
from wizard.gui.bridge import INTERNAL, Bridge
from wizard.gui.engine import Engine
from wizard.model.evidence import Outcome, Stage
from wizard.model.progress import Listener, Progress
from wizard.setup.session import SetupSession
from wizard.wiring import Settings


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    made = Bridge(engine, qapp)
    yield made
    made.close()


def test_results_and_progress_are_heard_in_the_ui_thread(qtbot: QtBot, bridge: Bridge) -> None:
    heard: list[tuple[str, object, threading.Thread]] = []

    async def work(_: SetupSession, listener: Listener) -> threading.Thread:
        listener(Progress(0.0, Stage.DNS, Outcome.STARTED))
        return threading.current_thread()

    bridge.start(
        work,
        lambda result: heard.append(("done", result, threading.current_thread())),
        lambda sentence: heard.append(("error", sentence, threading.current_thread())),
        lambda progress: heard.append(("progress", progress.stage, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: any(kind == "done" for kind, _, _ in heard), timeout=20_000)
    assert [kind for kind, _, _ in heard] == ["progress", "done"]
    assert all(thread is threading.main_thread() for _, _, thread in heard)
    assert heard[1][1] is not threading.main_thread()


@pytest.mark.parametrize(
    ("error", "sentence"), [(NameNotFound("No such name."), "No such name."), (ValueError("s3cret"), INTERNAL)]
)
def test_errors_become_sentences(
    qtbot: QtBot, bridge: Bridge, caplog: pytest.LogCaptureFixture, error: Exception, sentence: str
) -> None:
    heard: list[str] = []

    async def work(_: SetupSession, __: Listener) -> None:
        raise error

    bridge.start(work, lambda _: heard.append("done"), heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=20_000)
    assert heard == [sentence]
    assert "s3cret" not in caplog.text


def test_cancelled_work_ends_in_the_engine_and_is_not_heard(qtbot: QtBot, bridge: Bridge) -> None:
    heard: list[str] = []
    ended = threading.Event()
    begun = threading.Event()

    async def work(_: SetupSession, __: Listener) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    job = bridge.start(work, lambda _: heard.append("done"), heard.append)
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    job.cancel()
    qtbot.waitUntil(ended.is_set, timeout=500)
    assert heard == []


def test_closing_ends_all_work(qtbot: QtBot, qapp: QApplication) -> None:
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, qapp)
    ended = threading.Event()
    begun = threading.Event()

    async def work(_: SetupSession, __: Listener) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    bridge.start(work, lambda _: None, lambda _: None)
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    bridge.close()
    assert ended.is_set()


ENDS_BY_CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have it ignored
from wizard.__main__ import main
sys.argv = ["mailwright", "gui", "--timings"]
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl+C alone there")
def test_ctrl_c_ends_the_window(tmp_path: Path) -> None:
    """Qt would take the KeyboardInterrupt for an error of one of its calls, and go on."""
    environment = dict(os.environ) | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    words = [sys.executable, "-c", ENDS_BY_CTRL_C]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as window:
        try:
            assert window.stderr is not None
            assert any("engine" in line for line in window.stderr)
            window.send_signal(signal.SIGINT)
            assert window.wait(60) == -signal.SIGINT
        finally:
            window.kill()
