from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from defusedxml import ElementTree

from wizard.accounts.schedule import Every, Schedule, Scheduler, check_command, schedule
from wizard.errors import ResourceError, UsageError

COMMAND = ("/opt/Mail wright/mailwright", "accounts", "check", "--all", "--notify", "--quiet")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    return tmp_path


@pytest.mark.parametrize(("text", "hours"), [("1h", 1), ("6h", 6), (" 12H ", 12), ("1d", 24), ("24h", 24), ("7d", 168)])
def test_how_often(text: str, hours: int) -> None:
    assert Every.parse(text).hours == hours


@pytest.mark.parametrize("text", ["", "0h", "5h", "10m", "1", "d", "2d", "999d", "-1h", "1h;reboot"])
def test_another_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--every takes"):
        Every.parse(text)


def test_systemds_units(home: Path) -> None:
    (service_path, service), (timer_path, timer) = schedule(Every(24), COMMAND, Scheduler.SYSTEMD).files
    assert service_path == home / ".config/systemd/user/mailwright-check.service"
    assert timer_path == home / ".config/systemd/user/mailwright-check.timer"
    assert 'ExecStart="/opt/Mail wright/mailwright" accounts check --all --notify --quiet\n' in service.decode()
    assert "OnCalendar=*-*-* 09:00:00\nPersistent=true\n" in timer.decode()
    (_, (_, six)) = schedule(Every(6), COMMAND, Scheduler.SYSTEMD).files
    assert "OnCalendar=*-*-* 00/6:00:00\n" in six.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's; make test installs it")
@pytest.mark.parametrize("name", ["mailwright", "a program, 100% used", '$HOME "quoted" back\\slash \'n', "a\nb\t c"])
@pytest.mark.parametrize("hours", [1, 6, 24, 168])
def test_systemd_takes_the_units(hours: int, name: str, tmp_path: Path) -> None:
    program = tmp_path / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    planned = schedule(Every(hours), (str(program), "a b", "%h", "$x"), Scheduler.SYSTEMD)
    assert sum(line.startswith("ExecStart=") for line in planned.files[0][1].decode().splitlines()) == 1
    assert all("=" in line for line in planned.files[0][1].decode().split("[Service]\n")[1].splitlines())
    for path, content in planned.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *(str(path) for path, _ in planned.files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "mailwright-check" not in done.stderr
    calendar = next(line for line in planned.files[1][1].decode().splitlines() if line.startswith("OnCalendar="))
    subprocess.run(["systemd-analyze", "calendar", calendar.partition("=")[2]], check=True, capture_output=True)


def test_launchds_agent(home: Path) -> None:
    ((path, content),) = schedule(Every(6), COMMAND, Scheduler.LAUNCHD).files
    assert PurePosixPath(path).parts[-3:] == ("Library", "LaunchAgents", "mailwright.check.plist")
    agent = plistlib.loads(content)
    assert (agent["ProgramArguments"], agent["StartInterval"]) == (list(COMMAND), 6 * 3600)


@pytest.mark.parametrize(("hours", "interval"), [(6, "PT6H"), (24, None), (168, None)])
def test_windows_task(hours: int, interval: str | None) -> None:
    planned = schedule(
        Every(hours), ("C:\\Program Files\\M & W\\mailwright.exe", *COMMAND[1:]), Scheduler.TASK_SCHEDULER
    )
    ((path, content),) = planned.files
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    root = ElementTree.fromstring(content.decode("utf-16").partition("?>")[2])
    assert root.findtext("t:Actions/t:Exec/t:Command", namespaces=space) == "C:\\Program Files\\M & W\\mailwright.exe"
    assert root.findtext("t:Actions/t:Exec/t:Arguments", namespaces=space) == "accounts check --all --notify --quiet"
    found = root.findtext("t:Triggers/t:TimeTrigger/t:Repetition/t:Interval", namespaces=space)
    assert found == interval
    if interval is None:
        days = root.findtext("t:Triggers/t:CalendarTrigger/t:ScheduleByDay/t:DaysInterval", namespaces=space)
        assert days == str(hours // 24)
    assert str(path) in planned.switch_on[0]


TAKES = (sys.executable, "-c", "")
REFUSES = (sys.executable, "-c", "raise SystemExit(1)")


def one_file(path: Path, on: tuple[str, ...], off: tuple[str, ...] = TAKES) -> Schedule:
    return Schedule(((path, b"x\n"),), (on,), (off,))


def test_a_schedule_is_put_and_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "unit"
    planned = one_file(path, TAKES)
    assert not planned.is_on
    planned.put()
    assert one_file(path, TAKES).is_on
    assert planned.text_there() == f"# {path}\nx\n"
    assert planned.take_away()
    assert not path.exists()
    assert not planned.take_away()


@pytest.mark.parametrize("program", [REFUSES, ("there-is-no-such-program",)])
def test_a_scheduler_that_refuses_leaves_nothing(program: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "unit"
    with pytest.raises(ResourceError, match="nothing was scheduled"):
        one_file(path, program).put()
    assert not path.exists()


def test_a_scheduler_that_is_gone_does_not_keep_the_files(tmp_path: Path) -> None:
    path = tmp_path / "unit"
    one_file(path, TAKES).put()
    assert one_file(path, TAKES, REFUSES).take_away()
    assert not path.exists()


def test_the_command_is_this_program() -> None:
    command = check_command()
    assert command[0] == sys.executable
    assert command[-5:] == ("accounts", "check", "--all", "--notify", "--quiet")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("wine") is None, reason="Wine is not here")
def test_a_task_scheduler_takes_the_file_and_gives_the_task_up(tmp_path: Path) -> None:
    env = {**os.environ, "WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}

    def task(*words: str) -> int:
        done = subprocess.run(
            ["wine", "schtasks", *words], env=env, cwd=tmp_path, capture_output=True, check=False, timeout=120
        )
        return done.returncode

    try:
        for hours in (6, 24):
            planned = schedule(Every(hours), ("C:\\M & W\\mailwright.exe", *COMMAND[1:]), Scheduler.TASK_SCHEDULER)
            ((_, content),) = planned.files
            (tmp_path / "task.xml").write_bytes(content)
            words = [word if not word.endswith(".xml") else "task.xml" for word in planned.switch_on[0][1:]]
            assert task(*words) == 0
        assert task(*planned.switch_off[0][1:]) == 0
        assert task(*planned.switch_off[0][1:]) == 1, "it is gone"
        (tmp_path / "bad.xml").write_text("<Task/>")
        assert task("/Create", "/F", "/TN", "bad", "/XML", "bad.xml") == 1, "it does not take just anything"
    finally:
        subprocess.run(["wineserver", "-k"], env=env, capture_output=True, check=False)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_packaged_program_is_called_by_its_own_name(frozen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    assert (check_command()[1:3] == ("-m", "wizard")) is not frozen


@pytest.mark.parametrize(("twin", "called"), [(True, "mailwright.exe"), (False, "mailwright-gui.exe")])
def test_a_packaged_window_hands_the_scheduler_its_command_line(
    twin: bool, called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mailwright-gui.exe").touch()
    if twin:
        (tmp_path / "mailwright.exe").touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "mailwright-gui.exe"))
    assert check_command() == (str(tmp_path / called), "accounts", "check", "--all", "--notify", "--quiet")
