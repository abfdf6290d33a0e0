"""The link that says which language is spoken and leads to the others, each in its own name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from wizard.gui import languages
from wizard.gui.reading import is_mirrored
from wizard.gui.widgets.buttons import LinkButton
from wizard.language import spoken, tr
from wizard.language.choice import LANGUAGES


class LanguageLink(LinkButton):
    """`chosen` carries the tag of another language, such as "de"."""

    chosen = Signal(str)

    def __init__(self) -> None:
        name = LANGUAGES.get(spoken(), spoken())
        super().__init__(name, "globe")
        self.setObjectName("language")
        self.setAccessibleName(tr("Language: {name}", name=name))
        self.clicked.connect(self._open)

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("languages")
        add_languages(menu, self.chosen.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        left = 0 if is_mirrored(self) else self.width() - menu.sizeHint().width()
        menu.popup(self.mapToGlobal(QPoint(left, self.height())))


def add_languages(menu: QMenu, choose: Callable[[str], object]) -> None:
    """Adds every language, the one that is spoken marked and under the keyboard; `choose` is called with a tag."""
    group = QActionGroup(menu)
    for tag, name in LANGUAGES.items():
        unreadable = languages.missing_font(tag)
        if unreadable is not None:
            name = tr("{language}: no font on this computer", language=unreadable)
        action = group.addAction(menu.addAction(name))
        action.setEnabled(unreadable is None)
        action.setObjectName(f"language:{tag}")
        action.setCheckable(True)
        action.triggered.connect(lambda _checked, tag=tag: choose(tag))
        if tag == spoken():
            action.setChecked(True)
            menu.setActiveAction(action)
