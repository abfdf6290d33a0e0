"""The real program on a virtual desktop, under a robot's hands: what a person would see, nothing from inside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gui.desktop import desktop
from tests.gui.test_flow import ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
WORKS = next(account for account in ACCOUNTS if account.scenario == "all-well")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def play(folder: Path, case: str, screen: str = "1280x900", scale: str = "1") -> tuple[dict[str, Any], int | None]:
    """What the robot saw, and the exit code of a window that closed."""
    with desktop(folder, screen) as environment:
        environment["PYTHONPATH"] = str(ROOT)
        environment["QT_SCALE_FACTOR"] = scale
        log = (folder / "window.log").open("wb")
        words = [sys.executable, "-m", "wizard", "gui", "--practice"]
        window = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
        try:
            robot = subprocess.run(
                ["/usr/bin/python3", str(ROOT / "tests/gui/robot.py"), case, WORKS.address, WORKS.password],
                env=environment,
                capture_output=True,
                text=True,
                timeout=200,
                check=False,
            )
            if case in {"closing", "two-presses"}:
                window.wait(15)
            ended = window.poll()
        finally:
            if window.poll() is None:
                window.terminate()
                window.wait(10)
            log.close()
    assert robot.returncode == 0, robot.stderr + (folder / "window.log").read_text()
    return json.loads(robot.stdout.splitlines()[-1]), ended


def test_a_password_typed_after_one_tab_is_in_its_field(tmp_path: Path) -> None:
    seen, _ = play(tmp_path, "typing")
    assert seen == {"password_length": len(WORKS.password), "asks_nobody": False}


def test_the_space_bar_leads_on_and_closes_nothing(tmp_path: Path) -> None:
    seen, ended = play(tmp_path, "spaces")
    assert ended is None
    assert seen == {
        "check": "continue",
        "test": "continue",
        "sending": "title",
        "arrived": "continue",
        "at": "page:test",
    }


def test_who_clicks_twice_sees_every_page(tmp_path: Path) -> None:
    seen, ended = play(tmp_path, "double-clicks")
    assert ended is None
    assert seen == {"seen": ["page:settings", "page:check", "page:test"], "sent_unseen": False, "at": "page:done"}


def test_address_password_and_two_presses(tmp_path: Path) -> None:
    seen, ended = play(tmp_path, "two-presses")
    assert seen["servers"].endswith("imap.all-well.example and smtp.all-well.example.")
    assert seen["seen"][-1] == "page:done"
    assert "page:settings" not in seen["seen"]
    assert seen["keyboard"] == "title", "one Space too many closes nothing"
    assert ended == 0


def test_a_screen_reader_hears_of_the_field_before_its_cursor(tmp_path: Path) -> None:
    seen, _ = play(tmp_path, "tabbing")
    fields = ("Email address", "Password", "Email address", "Your name")
    assert seen["first"] == [f"{field}: focused" for field in fields]
    # What Orca reads out when the window opens, before the first field: no list of steps.
    assert "Email address" in seen["labels"], "they were looked at"
    assert [label for label in seen["labels"] if label[:1].isdigit()] == []


def test_who_is_impatient_sees_the_last_page(tmp_path: Path) -> None:
    seen, ended = play(tmp_path, "impatient")
    assert ended is None
    assert seen == {"at": "page:done"}


def test_closing_asks_once_and_then_closes(tmp_path: Path) -> None:
    seen, ended = play(tmp_path, "closing")
    assert "Close without these settings?" in seen["asked"]
    assert seen["keyboard"] == "keep-going"
    assert seen["after"] == "page:check"
    assert ended == 0


@pytest.mark.parametrize(("screen", "scale"), [("1366x768", "1.25"), ("1366x768", "1.5"), ("1280x900", "2")])
def test_the_buttons_are_on_any_screen(tmp_path: Path, screen: str, scale: str) -> None:
    seen, _ = play(tmp_path, "screen", screen, scale)
    assert seen == {"within": {"continue": True, "cancel": True}}
