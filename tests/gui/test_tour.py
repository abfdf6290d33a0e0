"""Two presses, few words, and what is heard on the way: counted in the real window on the practice network."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from tests.gui.tour import MOST_ON_DONE, MOST_WORDS, PAGE, PRESSES, tours

pytestmark = pytest.mark.slow


def test_two_presses_few_words_and_no_word_of_cancel(qapp: QApplication) -> None:
    font = QFont(qapp.font())
    try:
        happy, failure = tours(qapp)
    finally:
        qapp.setFont(font)
    assert len(happy.presses) == PRESSES
    assert list(happy.words) == ["account", "check", "test", "done"]
    for page, count in happy.words.items():
        assert count <= (MOST_ON_DONE if page == "done" else MOST_WORDS), page
    for tour in (happy, failure):
        assert not [line for line in tour.said if line.startswith("Cancel")], "nobody is led to what closes the window"
    servers = next(at for at, line in enumerate(happy.said) if "Your password goes to" in line)
    checking = next(at for at, line in enumerate(happy.said) if line.startswith("Checking"))
    assert servers < checking, "the servers are heard before the check begins"
    assert happy.said[-1].startswith("(Your email works.")
    card = next(at for at, line in enumerate(failure.said) if line.startswith("(The server did not accept"))
    assert failure.said[card + 1].startswith("Type the password again, button"), "then the keyboard is on the way out"


def test_the_page_on_file_was_made_by_it() -> None:
    text = PAGE.read_text()
    for title in ("Presses and words", "What a screen reader says: all works", "a password is refused"):
        assert title in text
    assert f"{PRESSES} presses: Continue, Finish." in text
