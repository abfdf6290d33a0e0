"""Saved accounts checked again and again by the system's own scheduler: systemd, launchd, or Task Scheduler."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.language.formats import or_list
from wizard.private_file import write_public
from wizard.tool import run_tool

_NAME: Final = "mailwright-check"
_LABEL: Final = "mailwright.check"
_TASK: Final = "Mailwright check"
_TOOL_LIMIT_S: Final = 120  # for one that hangs: a busy computer takes a minute
# Of these each day has the same number, so that the checks stand at the same hours.
_HOURS: Final = (1, 2, 3, 4, 6, 8, 12, 24, 7 * 24)
_EVERY: Final = re.compile(r"(\d{1,3})\s*([hd])")


class Scheduler(StrEnum):
    """What runs something at times on each system."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    TASK_SCHEDULER = "task-scheduler"


class Every(Struct, frozen=True):
    """How often: a number of hours that divides a day, or 7 days."""

    hours: int

    @classmethod
    def choices(cls) -> tuple[Every, ...]:
        """The times there are, the shortest first. Less than an hour would sign in more often than providers like."""
        return tuple(cls(hours) for hours in _HOURS)

    @classmethod
    def parse(cls, text: str) -> Every:
        """From words like 6h, 1d or 7d.

        Raises:
            UsageError: it is no such time.
        """
        match = _EVERY.fullmatch(text.strip().lower())
        hours = int(match[1]) * (24 if match[2] == "d" else 1) if match else 0
        if hours not in _HOURS:
            values = or_list([str(each) for each in cls.choices()])
            raise UsageError(tr("{option} takes {values}.", option="--every", values=values))
        return cls(hours)

    def __str__(self) -> str:
        return f"{self.hours // 24}d" if self.hours % 24 == 0 else f"{self.hours}h"


class ScheduleRule(Struct, frozen=True):
    """What a helpdesk pack says of the regular check: how often, `None` for never, and whether that may be changed.

    It switches nothing on: that a person does, who has seen the scheduler's files.
    """

    every: Every | None = Every(24)
    locked: bool = False

    @property
    def default(self) -> Every:
        """What is proposed, where any check is."""
        return self.every or Every(24)

    def check(self, every: Every) -> None:
        """Whether that may be switched on.

        Raises:
            UsageError: the helpdesk does not want it.
        """
        if self.every is None:
            raise UsageError(self.words())
        if self.locked and every != self.every:
            raise UsageError(tr("Your helpdesk allows one time only: every {time}.", time=self.every))

    def words(self) -> str:
        """What the helpdesk wants, a sentence; empty where it says nothing."""
        if self == NO_RULE:
            return ""
        if self.every is None:
            return tr("Your helpdesk wants no regular check of saved accounts on this computer.")
        if self.locked:
            return tr("Your helpdesk sets how often: every {time}.", time=self.every)
        return tr("Your helpdesk recommends: every {time}.", time=self.every)


NO_RULE: Final = ScheduleRule()


class Schedule(Struct, frozen=True):
    """The files that make the scheduler run the check, and the commands that make it look at them."""

    files: tuple[tuple[Path, bytes], ...]
    switch_on: tuple[tuple[str, ...], ...]
    switch_off: tuple[tuple[str, ...], ...]

    @property
    def is_on(self) -> bool:
        """Whether the files are there.

        Raises:
            ResourceError: that cannot be told, as a folder on the way is locked.
        """
        return all(_is_there(path) for path, _ in self.files)

    def texts(self) -> tuple[tuple[Path, str], ...]:
        """The files as they would be written."""
        return tuple((path, _shown(content)) for path, content in self.files)

    def text(self) -> str:
        """The files as they are shown before they are written."""
        return "\n".join(f"# {path}\n{text.rstrip()}\n" for path, text in self.texts())

    def text_there(self) -> str:
        """The files as they are there now, which may tell another time.

        Raises:
            ResourceError: one cannot be read.
        """
        try:
            return "\n".join(f"# {path}\n{_shown(path.read_bytes()).rstrip()}\n" for path, _ in self.files)
        except (OSError, UnicodeError) as error:
            raise ResourceError(tr("The schedule's files cannot be read.")) from error

    def put(self) -> None:
        """Writes the files and switches the schedule on.

        Raises:
            ResourceError: a file cannot be written, or the scheduler refuses; nothing is left of it then.
        """
        try:
            for path, content in self.files:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_public(path, content)
        except OSError as error:
            raise ResourceError(
                tr("The schedule could not be written: {reason}.", reason=error.strerror or error)
            ) from error
        try:
            for command in self.switch_on:
                _run(command)
        except ResourceError:
            self._remove()
            raise

    def take_away(self) -> bool:
        """Switches the schedule off and removes its files; whether there were any.

        Raises:
            ResourceError: a file cannot be removed, or nobody can tell whether it is there.
        """
        if not any(_is_there(path) for path, _ in self.files):
            return False
        for command in self.switch_off:
            try:
                _run(command)
            except ResourceError:
                continue  # without its files the scheduler forgets it at the next start of the computer
        self._remove()
        return True

    def _remove(self) -> None:
        try:
            for path, _ in self.files:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ResourceError(
                tr("The schedule could not be removed: {reason}.", reason=error.strerror or error)
            ) from error


def _is_there(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ResourceError(
            tr("“{path}” cannot be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error


def scheduler_here() -> Scheduler:
    """The one of this system."""
    if sys.platform == "win32":
        return Scheduler.TASK_SCHEDULER
    return Scheduler.LAUNCHD if sys.platform == "darwin" else Scheduler.SYSTEMD


def schedule(every: Every, command: Sequence[str], scheduler: Scheduler | None = None) -> Schedule:
    """What makes `command` run that often for this user; `command` begins with the program's full path."""
    match scheduler or scheduler_here():
        case Scheduler.SYSTEMD:
            return _systemd(every, command)
        case Scheduler.LAUNCHD:
            return _launchd(every, command)
        case Scheduler.TASK_SCHEDULER:
            return _task(every, command)


def switched_on(command: Sequence[str]) -> tuple[bool, Every | None]:
    """Whether a schedule is on here, and how often it runs `command`; `None` where its files tell something else.

    Raises:
        ResourceError: its files cannot be read.
    """
    plans = [(every, schedule(every, command)) for every in Every.choices()]
    if not plans[0][1].is_on:
        return False, None
    there = plans[0][1].text_there()
    return True, next((every for every, plan in plans if plan.text() == there), None)


def check_command() -> tuple[str, ...]:
    """The command that the scheduler runs: this very program, and of a packaged one not its window's twin."""
    words = ("accounts", "check", "--all", "--notify", "--quiet")
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        command = program.with_name(program.name.replace("mailwright-gui", "mailwright"))
        return (str(command if os.path.isfile(command) else program), *words)
    return (sys.executable, "-m", "wizard", *words)


def _systemd(every: Every, command: Sequence[str]) -> Schedule:
    if re.search(r"[\"'\\$\x00-\x1f]", command[0]):
        # systemd takes no such sign in a program's own path, quoted or not; a shell does, as an argument.
        command = ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    config = os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(config) if config else Path.home() / ".config") / "systemd" / "user"
    calendar = {24: "*-*-* 09:00:00", 168: "Mon *-*-* 09:00:00"}.get(every.hours, f"*-*-* 00/{every.hours}:00:00")
    service = (
        "[Unit]\nDescription=Mailwright: check the saved mail accounts\n\n"
        f"[Service]\nType=oneshot\nExecStart={' '.join(_systemd_word(word) for word in command)}\n"
        # An account that does not work is told by a notification; the unit itself did its work.
        "SuccessExitStatus=1 3 4\n"
        # The wizard that a notification's button opened stays when the check itself is over.
        "KillMode=process\n"
    )
    timer = (
        "[Unit]\nDescription=Mailwright: when the saved mail accounts are checked\n\n"
        # Persistent: what a computer slept through is made up for. Random: not everybody's at the same second.
        f"[Timer]\nOnCalendar={calendar}\nPersistent=true\nRandomizedDelaySec=15min\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    timer_name = f"{_NAME}.timer"
    return Schedule(
        ((folder / f"{_NAME}.service", service.encode()), (folder / timer_name, timer.encode())),
        (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", timer_name)),
        (("systemctl", "--user", "disable", "--now", timer_name), ("systemctl", "--user", "daemon-reload")),
    )


def _systemd_word(word: str) -> str:
    """A word of ExecStart: specifiers and variables doubled, quoted where it has to be (systemd.service(5))."""
    plain = word.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w@%+=:,./$-]+", plain):
        return plain
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    # A line break would begin another line of the unit, which would be read as one.
    escaped = re.sub(r"[\x00-\x1f]", lambda sign: f"\\x{ord(sign[0]):02x}", escaped)
    return f'"{escaped}"'


def _launchd(every: Every, command: Sequence[str]) -> Schedule:
    path = Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist"
    content = plistlib.dumps(
        {
            "Label": _LABEL,
            "ProgramArguments": list(command),
            "StartInterval": every.hours * 3600,
            "ProcessType": "Background",
            "LowPriorityIO": True,
        }
    )
    user = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    return Schedule(
        ((path, content),),
        (("launchctl", "bootstrap", user, str(path)),),
        (("launchctl", "bootout", f"{user}/{_LABEL}"),),
    )


def _task(every: Every, command: Sequence[str]) -> Schedule:
    folder = Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "Mailwright"
    path = folder / "check-task.xml"
    arguments = escape(subprocess.list2cmdline(command[1:]))
    interval = f"P{every.hours // 24}D" if every.hours % 24 == 0 else f"PT{every.hours}H"
    if every.hours % 24 == 0:
        trigger = (
            "<CalendarTrigger><StartBoundary>2026-01-01T09:00:00</StartBoundary><RandomDelay>PT15M</RandomDelay>"
            f"<ScheduleByDay><DaysInterval>{every.hours // 24}</DaysInterval></ScheduleByDay></CalendarTrigger>"
        )
    else:
        # The schema wants the repetition before the boundary.
        trigger = (
            f"<TimeTrigger><Repetition><Interval>{interval}</Interval></Repetition>"
            "<StartBoundary>2026-01-01T00:00:00</StartBoundary><RandomDelay>PT15M</RandomDelay></TimeTrigger>"
        )
    text = (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        "  <RegistrationInfo><Description>Mailwright: check the saved mail accounts</Description></RegistrationInfo>\n"
        f"  <Triggers>{trigger}</Triggers>\n"
        "  <Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
        "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        "<StartWhenAvailable>true</StartWhenAvailable>"
        "<RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable></Settings>\n"
        f"  <Actions><Exec><Command>{escape(command[0])}</Command><Arguments>{arguments}</Arguments></Exec></Actions>\n"
        "</Task>\n"
    )
    return Schedule(
        ((path, text.encode("utf-16")),),
        (("schtasks", "/Create", "/F", "/TN", _TASK, "/XML", str(path)),),
        (("schtasks", "/Delete", "/F", "/TN", _TASK),),
    )


def _shown(content: bytes) -> str:
    return content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8")


def _run(command: Sequence[str]) -> None:
    try:
        done = run_tool(command, _TOOL_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        raise ResourceError(tr("{program} could not be run, so nothing was scheduled.", program=command[0])) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        refused = tr("“{command}” was refused, so nothing was scheduled.", command=shlex.join(command))
        if said:
            reply = tr("It said: {reply}", reply=said[0])
            raise ResourceError(f"{refused} {reply}")
        raise ResourceError(refused)
