"""A server that takes mail without a sign-in: nothing says that anybody signed in there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import ACCOUNTS, SignUp, to_the_check
from wizard.gui.widgets.path_picture import PathPicture
from wizard.gui.widgets.stage_table import StageMark


@pytest.mark.slow
def test_who_needs_no_sign_in_is_not_said_to_have_signed_in(qtbot: QtBot, sign_up: SignUp) -> None:
    account = next(one for one in ACCOUNTS if one.scenario == "relay-without-sign-in")
    wizard = sign_up(account.address, account.password)
    to_the_check(qtbot, wizard)
    page = wizard.check
    card = page.cards[0]
    assert card.primary is not None
    assert card.primary.text() == "Send without signing in"
    qtbot.waitUntil(card.primary.isVisible, timeout=SECONDS)
    QTest.mouseClick(card.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.heading.text() == "Both servers work", timeout=SECONDS)
    assert page.subheading.text() == "Sending and receiving are proven."
    marks = {mark.accessibleName(): mark.accessibleDescription() for mark in page.findChildren(StageMark)}
    assert marks["Sending: Sign in: not needed"] == "Not needed"
    assert marks["Receiving: Sign in: ok"].startswith("OK, ")
    way = page.findChildren(PathPicture)[0].way
    assert way is not None
    assert way.spoken.endswith("Mailbox: Takes your mail.")
