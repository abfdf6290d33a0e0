"""“Set it up for me” on the Done page, with a program's real files in a home of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import DRAFT, FAILS, WORKS
from tests.gui.test_done_page import choose
from tests.gui.test_safe_hands import in_view
from tests.gui.tour import MOST_ON_DONE, words_in_view
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.close_question import CloseQuestion
from wizard.gui.engine import Engine
from wizard.gui.place_question import PlaceQuestion
from wizard.gui.placing import Outcome, files_sentence, placed_before, put, undo
from wizard.handover.programs.reading import read_back
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.wiring import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="these programs keep their files so on Linux"),
]

PASSWORD = "correct horse"
INI = b"[General]\nStartWithLastProfile=1\nVersion=2\n\n[Profile0]\nName=mine\nIsRelative=1\nPath=abc.mine\nDefault=1\n"


def _account() -> VerifiedAccount:
    made = WORKS.verified_account()
    assert made is not None
    return made


ACCOUNT = _account()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own where Thunderbird, msmtp and git are installed."""
    folder, programs = tmp_path / "home", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    for name in ("thunderbird", "msmtp", "git"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(programs))
    return folder


@pytest.fixture
def at_the_end(home: Path, wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> Iterator[Wizard]:
    """On the Done page, with what is installed here known."""
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    to_the_end(wizard)
    yield wizard
    wizard.window.abandon()
    bridge.close()


def to_the_end(wizard: Wizard) -> None:
    """Passes over every page, the account proven."""
    wizard.state.set_result(replace(WORKS, draft=replace(DRAFT, secret=Secret(PASSWORD))))
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    QApplication.processEvents()


def button(wizard: Wizard, name: str) -> QPushButton | None:
    """The button of that id that shows."""
    found = [each for each in wizard.window.findChildren(QPushButton) if each.objectName() == name]
    return next((each for each in found if each.isVisible()), None)


def outcome(wizard: Wizard) -> str:
    """The line above the steps; "" where there is none."""
    found = [each for each in wizard.done.findChildren(QLabel) if each.objectName() == "place-outcome"]
    return next((each.text() for each in found if each.isVisible()), "")


def questions(wizard: Wizard) -> list[PlaceQuestion]:
    """Those that show."""
    return [each for each in wizard.window.findChildren(PlaceQuestion) if each.isVisible()]


def press(wizard: Wizard, qtbot: QtBot, name: str) -> None:
    """Waits for the button and presses it."""
    qtbot.waitUntil(lambda: button(wizard, name) is not None, timeout=SECONDS)
    pressed = button(wizard, name)
    assert pressed is not None
    pressed.setFocus()
    pressed.click()


def ask(wizard: Wizard, qtbot: QtBot) -> PlaceQuestion:
    """Presses “Set it up for me” and waits for the question."""
    press(wizard, qtbot, "place")
    qtbot.waitUntil(lambda: len(questions(wizard)) == 1, timeout=SECONDS)
    return questions(wizard)[0]


def said(wizard: Wizard, qtbot: QtBot) -> str:
    """What became of it, once that is said."""
    qtbot.waitUntil(lambda: outcome(wizard) != "", timeout=SECONDS)
    return outcome(wizard)


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def with_profile(home: Path) -> dict[str, bytes]:
    """Thunderbird was used before."""
    (home / ".thunderbird" / "abc.mine").mkdir(parents=True)
    (home / ".thunderbird" / "profiles.ini").write_bytes(INI)
    return everything(home)


def test_asked_first_then_written_read_back_and_taken_out(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    before = with_profile(home)
    question = ask(at_the_end, qtbot)
    labels = [each.accessibleName() or each.text() for each in question.findChildren(QLabel)]
    assert labels[0] == "Set up Thunderbird?"
    assert labels[1].startswith("This writes ~/.thunderbird/mailwright-")
    assert labels[1].endswith(
        "/user.js and ~/.thunderbird/profiles.ini, with a backup of what is there and without your password."
    )
    assert [each.text() for each in question.findChildren(QPushButton)] == ["Yes", "No"]
    assert everything(home) == before, "nothing is written before the yes"
    question.yes.click()
    assert said(at_the_end, qtbot) == "Thunderbird has these settings now."
    assert read_back("thunderbird", ACCOUNT) == ()
    assert everything(home) != before
    assert all(PASSWORD.encode() not in content for content in everything(home.parent).values())
    shown = [each.text() for each in at_the_end.done.findChildren(QLabel) if each.isVisible()]
    first = shown.index("Thunderbird has these settings now.")
    second = next(at for at, text in enumerate(shown) if text.startswith("Start Thunderbird with the new profile: "))
    third = shown.index("It asks for the password once and keeps it if you say so.")
    assert first < second < third
    assert 60 < words_in_view(at_the_end.window) <= MOST_ON_DONE
    assert button(at_the_end, "place") is None
    assert at_the_end.done.sheet_card is not None
    shows = at_the_end.done.sheet_card.outcome
    qtbot.waitUntil(lambda: in_view(at_the_end.done, shows), timeout=SECONDS)
    focused = at_the_end.window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "place-undo"
    press(at_the_end, qtbot, "place-undo")
    qtbot.waitUntil(lambda: outcome(at_the_end) == "Taken out again.", timeout=SECONDS)
    assert everything(home) == before
    assert button(at_the_end, "place-undo") is None
    assert button(at_the_end, "place") is not None
    assert at_the_end.done.sheet is not None
    shown = [each.text() for each in at_the_end.done.findChildren(QLabel) if each.isVisible()]
    assert set(at_the_end.done.sheet.steps) <= set(shown), "the steps are back"
    assert 60 < words_in_view(at_the_end.window) <= MOST_ON_DONE


def test_the_button_stands_beside_the_others_and_the_page_has_few_words(at_the_end: Wizard, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)
    place = button(at_the_end, "place")
    assert place is not None
    assert place.text() == "Set it up for me"
    assert 60 < words_in_view(at_the_end.window) <= MOST_ON_DONE


def test_no_writes_nothing_and_so_does_a_second_enter(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    question = ask(at_the_end, qtbot)
    QTest.keyClick(question.focusWidget() or question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not questions(at_the_end), timeout=SECONDS)
    assert everything(home) == {}
    assert outcome(at_the_end) == ""
    assert ask(at_the_end, qtbot).isVisible(), "it can be asked for again"
    questions(at_the_end)[0].reject()


def test_a_double_click_asks_once_and_writes_once(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)
    place = button(at_the_end, "place")
    assert place is not None
    place.click()
    place.click()
    QTest.mouseDClick(place, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(questions(at_the_end)) > 0, timeout=SECONDS)
    qtbot.wait(50)
    (question,) = questions(at_the_end)
    question.yes.click()
    question.yes.click()
    assert said(at_the_end, qtbot) == "Thunderbird has these settings now."
    undo_link = button(at_the_end, "place-undo")
    assert undo_link is not None
    undo_link.click()
    undo_link.click()
    qtbot.waitUntil(lambda: outcome(at_the_end) != "Thunderbird has these settings now.", timeout=SECONDS)
    qtbot.wait(50)
    assert outcome(at_the_end) == "Taken out again."
    assert [path for path in everything(home) if "mailwright" in path] == []


def test_a_program_that_runs_is_a_sentence(at_the_end: Wizard, qtbot: QtBot, home: Path, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "thunderbird"
    script.unlink()
    script.symlink_to(sys.executable)
    # The kernel names a process by the file it was started as.
    running = subprocess.Popen(
        [str(script), "-c", "print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        running.stdout.readline()
        ask(at_the_end, qtbot).yes.click()
        assert said(at_the_end, qtbot) == "Close thunderbird first: it writes its settings when it ends."
        assert everything(home) == {}
        assert button(at_the_end, "place-undo") is None
    finally:
        running.communicate(b"\n")
    ask(at_the_end, qtbot).yes.click()
    qtbot.waitUntil(lambda: outcome(at_the_end) == "Thunderbird has these settings now.", timeout=SECONDS)


def test_a_file_that_cannot_be_written_is_a_sentence(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    (home / ".thunderbird").symlink_to("/proc/nowhere")
    ask(at_the_end, qtbot).yes.click()
    sentence = said(at_the_end, qtbot)
    assert sentence.startswith("“")
    assert "user.js” could not be written: " in sentence
    assert button(at_the_end, "place-undo") is None
    assert button(at_the_end, "place") is not None


def test_a_file_that_cannot_be_read_is_a_sentence(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    (home / ".msmtprc").mkdir()
    choose(at_the_end.done, "other")
    at_the_end.done.choose("msmtp")
    ask(at_the_end, qtbot).yes.click()
    assert "/.msmtprc” cannot be read: " in said(at_the_end, qtbot)
    assert button(at_the_end, "place-undo") is None


def test_what_a_person_wrote_in_the_file_stays(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n")
    choose(at_the_end.done, "other")
    at_the_end.done.choose("git")
    question = ask(at_the_end, qtbot)
    assert "This writes ~/.gitconfig, with a backup" in question.accessibleDescription()
    question.yes.click()
    assert said(at_the_end, qtbot) == "git send-email has these settings now."
    assert (home / ".gitconfig").read_text().startswith("[user]\n\tname = Ada\n")
    press(at_the_end, qtbot, "place-undo")
    qtbot.waitUntil(lambda: outcome(at_the_end) == "Taken out again.", timeout=SECONDS)
    assert (home / ".gitconfig").read_text() == "[user]\n\tname = Ada\n"


def test_what_differs_is_said_and_undo_is_there_when_one_comes_back(
    at_the_end: Wizard, qtbot: QtBot, home: Path
) -> None:
    ask(at_the_end, qtbot).yes.click()
    said(at_the_end, qtbot)
    (written,) = home.rglob("user.js")
    written.write_text(written.read_text().replace("993", "1993"))
    choose(at_the_end.done, "outlook")
    assert outcome(at_the_end) == ""
    assert button(at_the_end, "place") is None
    choose(at_the_end.done, "thunderbird")
    sentence = said(at_the_end, qtbot)
    assert sentence == "Thunderbird has other settings:\nReceiving: port is 1993, proven was 993"
    assert button(at_the_end, "place-undo") is not None
    assert button(at_the_end, "place") is None


def test_what_is_not_installed_here_is_not_offered(at_the_end: Wizard, qtbot: QtBot, home: Path) -> None:
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)
    for target in ("evolution", "outlook-new", "neomutt", "other"):
        at_the_end.done.choose(target)
        QApplication.processEvents()
        assert button(at_the_end, "place") is None, target
    at_the_end.done.choose("msmtp")
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)


def test_practice_writes_no_program_s_files(home: Path, practising: Wizard, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: practising.flow.hand_over.why_not_kept != "", timeout=SECONDS)
    to_the_end(practising)
    # The same look that brings the button elsewhere: it is through once the installed program is known.
    seen: list[list[str]] = []
    practising.flow.hand_over._jobs.start(_look, seen.append, lambda _: None)
    qtbot.waitUntil(lambda: seen != [], timeout=SECONDS)
    assert "thunderbird" in seen[0]
    qtbot.wait(50)
    assert button(practising, "place") is None


async def _look(session: object, listener: object) -> list[str]:
    from wizard.gui.hand_over_presenter import _installed

    return await _installed(session, listener)  # type: ignore[arg-type]


def test_what_is_not_all_proven_is_not_put_anywhere(at_the_end: Wizard, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)
    at_the_end.state.set_result(FAILS)
    at_the_end.done.entered.emit()
    QApplication.processEvents()
    qtbot.wait(50)
    assert at_the_end.done.sheet is not None
    assert button(at_the_end, "place") is None


def test_the_command_takes_out_what_the_window_put_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.cli.handover_place import placed

    shutil.rmtree(home.parent / "bin")
    assert placed_before("msmtp", ACCOUNT) is None
    assert put("msmtp", ACCOUNT).verdict == "msmtp has these settings now."
    assert placed_before("msmtp", ACCOUNT) == Outcome("msmtp has these settings now.", put("msmtp", ACCOUNT).then)
    assert placed("msmtp", ACCOUNT).exists
    assert placed("msmtp", ACCOUNT).undo() == ()
    assert everything(home) == {}
    put("msmtp", ACCOUNT)
    assert undo("msmtp", ACCOUNT) == "Taken out again."


def test_one_file_and_several_are_one_sentence(home: Path) -> None:
    end = ", with a backup of what is there and without your password."
    assert files_sentence([home / "a"]) == f"This writes ~/a{end}"
    assert files_sentence([home / "a", home / "b", Path("/etc/c")]) == f"This writes ~/a, ~/b and /etc/c{end}"


def closing_says(wizard: Wizard) -> list[str]:
    """What is asked when the window is closed by Escape; the answer is to keep going."""
    QTest.keyClick(wizard.window, Qt.Key.Key_Escape)
    asked = next((each for each in wizard.window.findChildren(CloseQuestion) if each.isVisible()), None)
    if asked is None:
        return []
    words = [label.text() for label in asked.findChildren(QLabel)]
    asked.keep.click()
    QApplication.processEvents()
    return words


def test_closing_says_what_would_be_lost_once_a_program_has_the_account(
    at_the_end: Wizard, qtbot: QtBot, home: Path
) -> None:
    with_profile(home)
    at_the_end.account.address_field.set_text(str(ACCOUNT.address))
    to_the_end(at_the_end)
    proven = "They are proven, but not yet brought to a mail program or kept on this computer."
    assert closing_says(at_the_end) == ["Close without these settings?", proven]
    ask(at_the_end, qtbot).yes.click()
    said(at_the_end, qtbot)
    at_the_end.done.offer_remembering("the system keyring (GNOME)")
    at_the_end.done.remember.setChecked(True)
    assert closing_says(at_the_end) == [
        "Close without remembering this account?",
        "It is set up in your program. It is remembered on this computer once you press Finish.",
    ]
    press(at_the_end, qtbot, "place-undo")
    qtbot.waitUntil(lambda: button(at_the_end, "place") is not None, timeout=SECONDS)
    assert closing_says(at_the_end) == ["Close without these settings?", proven]
    ask(at_the_end, qtbot).yes.click()
    qtbot.waitUntil(lambda: button(at_the_end, "place-undo") is not None, timeout=SECONDS)
    at_the_end.done.remember.setChecked(False)
    with qtbot.waitSignal(at_the_end.window.closing, timeout=SECONDS):
        assert closing_says(at_the_end) == [], "nothing would be lost"
