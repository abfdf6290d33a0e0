"""One field to copy: its name in that program, its value, and a button that puts the value on the clipboard."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from wizard.gui import theme
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import named_by_its_value
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import selectable
from wizard.handover.sheet import Row
from wizard.language import SOURCE, spoken, tr, tr_later

_SAID_MS: Final = 2000
LABEL_WIDTH: Final = 84  # pixels at the usual font, as are these: what is beside its value, and what stands above it
WIDEST_LABEL: Final = 130
COPY: Final = tr_later("Copy")
COPIED: Final = tr_later("Copied")


class CopyRow(QWidget):
    """Shows one row of a sheet; `copy:<field_id>` is its button.

    `shown` stands in place of a value that is one long word: with places to break it, which must not be copied.
    """

    def __init__(self, row: Row, *, shown: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self._label = named_by_its_value(Paragraph(row.label, Role.SMALL, "ink2"))
        self._value = selectable(_Value(row.value)) if shown is None else _Value(shown)
        self._value.setAccessibleName(f"{row.label}: {row.value}")
        self.button = _CopyButton()
        self.button.setObjectName(f"copy:{row.field_id}")
        self.button.setAccessibleName(copy_name(row))
        self.button.clicked.connect(self._copy)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(0)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SAID_MS)
        self._back.timeout.connect(lambda: self.button.say_copied(False))
        self.set_compact(False)

    @property
    def longest_word(self) -> int:
        """The width of the longest word of its label."""
        return self._label.minimumSizeHint().width()

    @property
    def whole_label(self) -> int:
        """The width of its label on one line."""
        return self._label.sizeHint().width()

    def set_compact(self, compact: bool, label_width: int | None = None) -> None:
        """The label above the value, or beside it with that width."""
        for widget in (self._label, self._value, self.button):
            self._grid.removeWidget(widget)
        self._label.setFixedWidth(16777215 if compact else label_width or round(LABEL_WIDTH * theme.current().scale))
        if compact:
            self._label.setMinimumWidth(0)
            self._grid.addWidget(self._label, 0, 0)
            self._grid.addWidget(self._value, 1, 0)
            self._grid.addWidget(self.button, 0, 1, 2, 1)
        else:
            self._grid.addWidget(self._label, 0, 0)
            self._grid.addWidget(self._value, 0, 1)
            self._grid.addWidget(self.button, 0, 2)
        self._grid.setContentsMargins(0, 3, 0, 3)  # each label keeps to its value, and two lines of it to themselves
        self._grid.setColumnStretch(0, 1 if compact else 0)
        self._grid.setColumnStretch(1, 0 if compact else 1)
        self.setMinimumHeight(theme.control(32))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._row.value)
        self.button.say_copied(True)
        announce(self.button, tr("{field} copied", field=self._row.label))
        self._back.start()


def copy_name(row: Row) -> str:
    """What a screen reader calls the button: with the side, for both sides have a port."""
    if re.search(r"incoming|outgoing|IMAP|POP|SMTP", row.label, re.IGNORECASE):
        return tr("Copy {field}", field=row.label)
    if "incoming" in row.field_id:
        return tr("Copy receiving {field}", field=_inside_a_sentence(row.label))
    if "outgoing" in row.field_id:
        return tr("Copy sending {field}", field=_inside_a_sentence(row.label))
    return tr("Copy {field}", field=row.label)


def _inside_a_sentence(label: str) -> str:
    """The label without its capitals, which only English lets go."""
    if spoken() != SOURCE:
        return label
    return " ".join(word.lower() if word.istitle() else word for word in label.split(" "))


class _Value(Paragraph):
    def __init__(self, text: str) -> None:
        super().__init__(text, Role.LABEL)


class _CopyButton(LinkButton):
    """Keeps its place and width whichever of its two words it shows."""

    def __init__(self) -> None:
        super().__init__(tr(COPY), "copy", role=Role.SMALL_LABEL)

    def say_copied(self, copied: bool) -> None:
        """Copied, or ready to copy again."""
        self.setText(tr(COPIED) if copied else tr(COPY))
        self.set_icon("check" if copied else "copy")
        self.set_tone("ok" if copied else None)

    def _content_left(self) -> float:
        return float(max(0, self.width() - self._content_width()))

    def _retheme(self) -> None:
        super()._retheme()
        words = max(theme.text_width(self.font(), tr(word)) for word in (COPY, COPIED))
        self.setFixedWidth(words + theme.mark(16) + 8)
