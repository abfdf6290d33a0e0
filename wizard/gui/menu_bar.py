"""The menu bar that macOS keeps at the top of the screen; on other systems the window needs none."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from wizard.gui.window import WizardWindow
from wizard.language import tr


def menu_bar(window: WizardWindow) -> QMenuBar:
    """About, which macOS moves into the menu with the program's name (Quit is there already), and Close.

    It belongs to no window, as Qt wants a bar that is there for all of them. The caller keeps it.
    """
    bar = QMenuBar(None)
    menu = bar.addMenu(tr("Window"))
    about = menu.addAction(tr("About Mailwright"), window.show_about)
    about.setMenuRole(QAction.MenuRole.AboutRole)
    close = menu.addAction(tr("Close"), window.close)
    close.setShortcut(QKeySequence(QKeySequence.StandardKey.Close))
    close.setMenuRole(QAction.MenuRole.NoRole)
    return bar
