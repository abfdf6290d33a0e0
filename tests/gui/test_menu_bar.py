"""The menu bar for macOS: About stands where people look for it, and both entries do what they say."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu
from pytestqt.qtbot import QtBot

from wizard.gui.app import Wizard
from wizard.gui.menu_bar import menu_bar


def test_about_and_close(qtbot: QtBot) -> None:
    wizard = Wizard()
    qtbot.addWidget(wizard.window)
    wizard.window.show()
    bar = menu_bar(wizard.window, wizard.speak)
    qtbot.addWidget(bar)
    assert bar.parent() is None
    menu = bar.findChild(QMenu)
    assert menu is not None
    about, languages, close = menu.actions()
    assert (about.text(), about.menuRole()) == ("About Mailwright", QAction.MenuRole.AboutRole)
    assert (close.text(), close.menuRole()) == ("Close", QAction.MenuRole.NoRole)
    assert languages.text() == "Language"
    about.trigger()
    dialog = wizard.window.findChild(QDialog, "about-dialog")
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()
    close.trigger()
    qtbot.waitUntil(lambda: not wizard.window.isVisible())
