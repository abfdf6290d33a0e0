"""An error of our own leaves its type and its places, nothing it held; what was known before it is told."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path

import pytest

from wizard import internal_error
from wizard.cli.main import main

CANARY = "tulip-wagon-64"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the log will be."""
    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_, **__: str(tmp_path))
    return tmp_path / "error.log"


def _break(secret: str) -> None:
    try:
        raise ValueError(f"in hand: {secret}")
    except ValueError as error:
        raise RuntimeError(f"still in hand: {secret}") from error


def test_an_error_that_nobody_awaits_is_told_by_type_and_place(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def forgotten() -> None:
        _break(CANARY)

    async def work() -> None:
        tasks = [asyncio.ensure_future(forgotten())]
        await asyncio.sleep(0)
        tasks.clear()
        await asyncio.sleep(0)

    internal_error.run(work())
    shown = capsys.readouterr().err
    assert "RuntimeError" in shown
    kept = log.read_text("utf-8")
    assert "ValueError" in kept
    assert "in _break" in kept
    assert CANARY not in shown + kept
    assert "in hand" not in shown + kept


def test_errors_of_a_group_that_came_of_it_are_told_once(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So asyncio makes them where no thread can be started: each stands in the other."""
    inner = RuntimeError(CANARY)
    group = ExceptionGroup(CANARY, [inner, ValueError(CANARY)])
    inner.__context__ = group
    internal_error.tell(group)
    kept = log.read_text("utf-8")
    assert [kept.count(kind) for kind in ("ExceptionGroup", "RuntimeError", "ValueError")] == [1, 1, 1]
    assert CANARY not in kept + capsys.readouterr().err


def test_an_error_that_cannot_be_told_leaves_its_type_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python would print it itself where its hook fails, with what it says."""

    def fails(_: BaseException) -> str:
        raise MemoryError

    monkeypatch.setattr(internal_error, "report", fails)
    internal_error._uncaught(ValueError, ValueError(CANARY), None)
    assert capsys.readouterr().err == "ValueError\n"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("can't start new thread"),
        MemoryError(),
        ExceptionGroup("both", [ValueError(), RuntimeError("can't start new thread")]),
    ],
)
def test_a_computer_that_gives_nothing_more_is_no_error_of_ours(
    error: Exception, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: object) -> int:
        raise error

    monkeypatch.setattr("wizard.cli.explain.run", run)
    assert main(["explain", "x"]) == 2
    assert "no more memory" in capsys.readouterr().err
    assert not log.exists()


def test_every_error_of_a_group_is_in_the_log(log: Path) -> None:
    async def breaks(error: type[Exception]) -> None:
        raise error(CANARY)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(breaks(KeyError))
            group.create_task(breaks(OSError))

    def told(coroutine: Coroutine[object, object, None]) -> str:
        with pytest.raises(ExceptionGroup) as raised:
            internal_error.run(coroutine)
        internal_error.write_log(raised.value)
        return log.read_text("utf-8")

    kept = told(work())
    assert "KeyError" in kept
    assert "OSError" in kept
    assert CANARY not in kept


@pytest.mark.parametrize("how", ["main thread", "other thread", "while collected"])
def test_pythons_own_reports_hold_no_value(how: str, tmp_path: Path) -> None:
    program = f"""
import threading
from wizard.internal_error import prepare_process
prepare_process()
class Broken:
    def __del__(self): raise RuntimeError({CANARY!r})
def work(): raise RuntimeError({CANARY!r})
how = {how!r}
if how == "main thread": work()
elif how == "other thread":
    thread = threading.Thread(target=work); thread.start(); thread.join()
else: Broken()
"""
    names = ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA")
    folders = dict.fromkeys(names, str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env={**os.environ, **folders}
    )
    assert "RuntimeError" in done.stderr
    assert CANARY not in done.stderr
    assert "Traceback" not in done.stderr
    kept = [path.read_text("utf-8") for path in tmp_path.rglob("error.log")]
    assert len(kept) == 1
    assert CANARY not in kept[0]


@pytest.mark.skipif(sys.platform == "win32", reason="core files are a matter of Unix")
def test_no_core_file_holds_a_password(tmp_path: Path) -> None:
    program = f"""
import os, resource
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
from wizard.internal_error import prepare_process
prepare_process()
secret = {CANARY!r}
print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
os.abort()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode < 0
    assert int(done.stdout) <= 1
    assert list(tmp_path.iterdir()) == []


def test_a_finished_check_is_told_although_the_test_message_broke(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        _break(CANARY)

    monkeypatch.setattr("wizard.setup.session.SetupSession.send_test_message", breaks)
    assert main(["check", "ada@all-well.example", "--practice", "--test-message", "--json", "--quiet"]) == 70
    shown = capsys.readouterr()
    assert json.loads(shown.out)["verdict"] == "works"
    assert CANARY not in shown.err + log.read_text("utf-8")


def test_a_finished_check_is_told_although_its_report_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = str(tmp_path / f"{'long' * 100}.json")
    assert main(["check", "ada@all-well.example", "--practice", "--json", "--quiet", "--report", report]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["verdict"] == "works"
    assert "could not be written" in shown.err


def test_what_a_library_logs_or_warns_of_is_not_shown() -> None:
    """A keyring's may say there what it was given."""
    talks = f"""
import logging, warnings
from wizard import internal_error

async def work():
    warnings.warn("warned of {CANARY}")
    logging.getLogger("some.library").error("logged %s", "{CANARY}")
    logging.error("logged %s", "{CANARY}")

internal_error.prepare_process()
internal_error.run(work())
"""
    ended = subprocess.run([sys.executable, "-c", talks], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")
