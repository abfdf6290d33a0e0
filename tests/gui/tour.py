"""The happy path and one failure in the practice network: presses, words on each page, and what a screen reader says.

`python -m tests.gui.tour` prints it and writes docs/WINDOW.md (`--check`: only tells whether that file is still true).
What is said comes from the announcements and from where the keyboard goes, in their order; a figure that differs from
run to run, such as seconds, is written as N.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from wizard.gui.app import Wizard, make_application
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.widgets.path_picture import PathPicture
from wizard.gui.widgets.side_panel import SidePanel
from wizard.gui.widgets.timeline import Timeline
from wizard.practice.scenarios import PracticeAccount, load_scenarios

PAGE = Path(__file__).resolve().parents[2] / "docs" / "WINDOW.md"
PATIENCE_S = 60.0
MOST_WORDS, MOST_ON_DONE, PRESSES = 60, 150, 2
# Counted once by hand beside ours, in Thunderbird 153 ESR on the same desktop: its first page. The rest of its way
# could not be counted there for want of a network.
THUNDERBIRD_FIRST_PAGE = 25


@dataclass
class Tour:
    """What was met on the way of one account."""

    title: str
    presses: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Keeps the line, unless it is the one just said."""
        line = re.sub(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2}\b", "N", line)
        line = re.sub(
            r"\d+(\.\d+)? (s|ms|seconds?)\b", r"N \2", re.sub(r"\d\d:\d\d(:\d\d)?", "N:N", " ".join(line.split()))
        )
        if not self.said or self.said[-1] != line:
            self.said.append(line)


def main(argv: list[str] | None = None) -> int:
    """Prints what was met; 1 where the page on file says something else, or a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    app = make_application()
    text = document(tours(app))
    print(text)
    if options.check:
        return int(PAGE.read_text() != text)
    PAGE.write_text(text)
    return 0


def tours(app: QApplication) -> tuple[Tour, Tour]:
    """The happy path, and a server that wants another user name."""
    from wizard import assets

    accounts = {one.account.scenario: one.account for one in load_scenarios(assets.resources() / "practice")}
    return (
        take(app, "All works", accounts["all-well"]),
        take(app, "A password is refused", accounts["wrong-password"], to_the_card=True),
    )


def take(app: QApplication, title: str, account: PracticeAccount, *, to_the_card: bool = False) -> Tour:
    """Types the account and presses Continue and Finish, or goes as far as the card, by the keyboard alone."""
    from wizard.wiring import Settings

    font = QFont("Inter")
    font.setPixelSize(14)
    app.setFont(font)
    tour = Tour(title)
    wizard = Wizard()
    wizard.add_other_steps()
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, app)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    wizard.window.show()
    wizard.window.activateWindow()
    heard = _hear(tour)
    app.focusChanged.connect(
        lambda _, new: tour.say(_spoken(new)) if new is not None and new.window() is wizard.window else None
    )
    try:
        until(app, lambda: wizard.account.practice is not None)
        if wizard.account.practice is not None:
            wizard.account.practice.hide()  # outside practice it is not there, and what the page promises is
            wizard.account.notices.practice = None
            wizard.account.subheading.show()
        page = wizard.account
        page.name_field.input.setFocus()
        for text, target in (
            ("Ada Example", page.name_field),
            (account.address, page.address_field),
            (account.password, page.password_field),
        ):
            QTest.keyClicks(target.input, text)
            if target is not page.password_field:
                QTest.keyClick(target.input, Qt.Key.Key_Tab)
        until(app, lambda: wizard.state.plan is not None)
        rest(app)
        tour.words["account"] = words_in_view(wizard.window)
        tour.presses.append("Continue")
        QTest.keyClick(page.password_field.input, Qt.Key.Key_Return)
        end = "check" if to_the_card else "done"
        seen = ""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            app.processEvents()
            here = wizard.window.current_page()
            name = here.name if here is not None else ""
            tour.words[name] = max(tour.words.get(name, 0), words_in_view(wizard.window))
            seen = name
            if name == end and (not to_the_card or wizard.check.cards):
                break
        if seen != end:
            raise RuntimeError(f"the way ended on {seen}")
        rest(app)
        tour.words[end] = words_in_view(wizard.window)
        if not to_the_card:
            finish = next(
                each
                for each in wizard.window.findChildren(QAbstractButton)
                if each.objectName() == "continue" and each.isVisible()
            )
            tour.presses.append(finish.text())
    finally:
        heard()
        app.focusChanged.disconnect()
        wizard.window.abandon()
        bridge.close()
        wizard.window.deleteLater()
    return tour


def words_in_view(window: QWidget) -> int:
    """The words that stand on the page and its buttons, as far as they can be seen without scrolling.

    The list of steps beside it does not count, nor does what the person typed.
    """
    panel = window.findChild(SidePanel)
    shown = [each for each in window.findChildren(QWidget) if _is_in_view(each)]
    return sum(len(_text(each).split()) for each in shown if panel is None or not panel.isAncestorOf(each))


def _text(widget: QWidget) -> str:
    if isinstance(widget, QLineEdit):
        return "" if widget.text() else widget.placeholderText()
    if isinstance(widget, PathPicture | Timeline):
        return widget.accessibleName()
    return widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""


def _is_in_view(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def _spoken(widget: QWidget) -> str:
    """What is said of what the keyboard comes to: name, kind, state, help."""
    told = QAccessible.queryAccessibleInterface(widget)
    name, help_ = told.text(QAccessible.Text.Name), told.text(QAccessible.Text.Description)
    kind = told.role().name
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    state = told.state()
    marks = []
    if told.role() is QAccessible.Role.CheckBox:
        marks.append("on" if isinstance(widget, QAbstractButton) and widget.isChecked() else "off")
    if state.disabled:
        marks.append("unavailable")
    said = ", ".join([name, kind, *marks])
    return f"{said}. {help_}" if help_ else f"{said}."


def _hear(tour: Tour) -> Callable[[], None]:
    """Keeps what is announced; what is returned ends that."""
    original: Callable[[QAccessibleEvent], None] = QAccessible.updateAccessibility

    def hear(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            tour.say(f"({event.message()})")
        original(event)

    setattr(QAccessible, "updateAccessibility", staticmethod(hear))  # noqa: B010

    def stop() -> None:
        setattr(QAccessible, "updateAccessibility", staticmethod(original))  # noqa: B010

    return stop


def until(app: QApplication, met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not met():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not come")
        app.processEvents()


def rest(app: QApplication, seconds: float = 0.6) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        app.processEvents()


def document(both: tuple[Tour, Tour]) -> str:
    """docs/WINDOW.md."""
    happy, failure = both
    names = {"account": "Account", "check": "Check", "test": "Test message", "done": "Done"}
    table = "\n".join(
        f"| {names[page]} | {count} | {MOST_ON_DONE if page == 'done' else MOST_WORDS} |"
        for page, count in happy.words.items()
    )
    return f"""# The window, counted and heard

Made by `python -m tests.gui.tour`; `tests/gui/test_tour.py` holds it to its limits.

## Presses and words where all goes well

{len(happy.presses)} presses: {", ".join(happy.presses)}. Typed: name, address, password;
the name is there already where the system knows it. The list of steps at the side is not counted.

| page | words in view | at most |
|---|---|---|
{table}

Thunderbird 153 ESR, counted by hand on the same desktop: {THUNDERBIRD_FIRST_PAGE} words and two fields on its first
page. The rest of its way could not be counted there for want of a network.

## What a screen reader says: {happy.title.lower()}

In brackets what is announced; the rest is what the keyboard comes to. N stands for a figure that differs.
`python -m tests.gui.orca` has Orca itself speak, in a virtual desktop. Orca 43 (Debian 12) knows no
announcements; what matters of them is also said where the keyboard comes to.

{_list(happy)}

## What a screen reader says: {failure.title.lower()}

{_list(failure)}
"""


def _list(tour: Tour) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(tour.said, 1))


if __name__ == "__main__":
    sys.exit(main())
