"""Notifications on a Linux desktop, shown by a `notify-send` of the tests that writes down how it was called."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest

from tests.handover.accounts import ADDRESS
from wizard.accounts import notification
from wizard.accounts.notification import notify
from wizard.accounts.watch import News

pytestmark = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="notify-send is the freedesktop's")
TROUBLE = News(ADDRESS, "ada@example.org: refused", "Type <it> & check\x1b[2J", is_trouble=True)
RECOVERY = News(ADDRESS, "ada@example.org works again", "Both were checked.", is_trouble=False)


def program(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stands before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def calls(desktop: Path) -> list[str]:
    return (desktop / "calls").read_text().splitlines()


@pytest.mark.parametrize("item", [TROUBLE, RECOVERY])
def test_it_is_shown_as_plain_text_and_trouble_has_a_button(desktop: Path, item: News) -> None:
    program(desktop / "notify-send", f'printf "%s\\n" "$@" >> {desktop}/calls')
    assert notify(item, ("false",))
    said = calls(desktop)
    assert item.title in said
    assert ("--action=open=Open Mailwright" in said) is item.is_trouble
    assert f"--urgency={'critical' if item.is_trouble else 'normal'}" in said
    if item.is_trouble:
        body = said[-1]
        assert body.startswith("Type &lt;it&gt; &amp; check")
        assert "\x1b" not in body


def test_the_button_opens_the_wizard_at_the_account(desktop: Path) -> None:
    program(desktop / "notify-send", "echo open")
    wizard = program(desktop / "the-wizard", f'echo "$@" > {desktop}/opened')
    assert notify(TROUBLE, (str(wizard), "gui"))
    end = time.monotonic() + 30
    while not (desktop / "opened").exists() and time.monotonic() < end:
        time.sleep(0.02)
    while not (opened := (desktop / "opened").read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    assert opened == "gui ada@example.org\n"
    assert [started.wait(30) for started in notification._opened] == [0]


def test_one_whose_button_nobody_presses_was_shown_all_the_same(desktop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notification, "_BUTTON_S", 0.3)
    program(desktop / "notify-send", f'printf "%s\n" "$@" >> {desktop}/calls', "exec sleep 30")
    assert notify(TROUBLE, ("false",))
    assert calls(desktop).count(TROUBLE.title) == 1


def test_an_older_desktop_without_buttons_shows_it_without_one(desktop: Path) -> None:
    refuses = f'case "$*" in *--action*) exit 1;; esac; printf "%s\\n" "$@" >> {desktop}/calls'
    program(desktop / "notify-send", refuses)
    assert notify(TROUBLE, ("false",))
    assert TROUBLE.title in calls(desktop)


@pytest.mark.parametrize("item", [TROUBLE, RECOVERY])
def test_a_desktop_that_shows_none_is_no_notification(desktop: Path, item: News) -> None:
    program(desktop / "notify-send", "exit 1")
    assert not notify(item, ("false",))


def test_a_computer_without_notifications_shows_none(desktop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(desktop))
    assert not notify(TROUBLE, ("false",))
