"""The menu bar that macOS keeps at the top of the screen; on other systems the window needs none."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenuBar

from wizard.gui.widgets.language_link import add_languages
from wizard.gui.window import WizardWindow
from wizard.language import tr


def menu_bar(window: WizardWindow, speak: Callable[[str], object]) -> QMenuBar:
    """About, which macOS moves into the menu with the program's name (Quit is there already), languages, and Close.

    It belongs to no window, as Qt wants a bar that is there for all of them. The caller keeps it.

    Args:
        window: the window it is for.
        speak: is called with the tag of the language that is chosen; only while the first page shows, as there.
    """
    bar = QMenuBar(None)
    menu = bar.addMenu(tr("Window"))
    about = menu.addAction(tr("About Mailwright"), window.show_about)
    about.setMenuRole(QAction.MenuRole.AboutRole)
    languages = menu.addMenu(tr("Language"))
    add_languages(languages, speak)
    close = menu.addAction(tr("Close"), window.close)
    close.setShortcut(QKeySequence(QKeySequence.StandardKey.Close))
    close.setMenuRole(QAction.MenuRole.NoRole)

    def judge() -> None:
        page = window.current_page()
        is_first = page is not None and page.name == "account"
        languages.setEnabled(is_first and QApplication.activeModalWidget() is None)

    menu.aboutToShow.connect(judge)
    return bar
