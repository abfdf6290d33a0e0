"""A saved account's way into a program: the same programs, sheets and files as on the Done page."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.accounts.recheck import state
from wizard.accounts.store import SavedAccount
from wizard.gui import theme
from wizard.gui.accessibility import announce
from wizard.gui.keyboard import in_reading_order
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.dialog_buttons import closing_row
from wizard.gui.widgets.hand_over_panel import HandOverPanel
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.language import tr

_NARROW = 620  # pixels at the usual font: less has no room for a code beside the fields


class HandOverDialog(Dialog):
    """Says how the account stands, where the last check did not prove it; `panel` has the rest."""

    def __init__(self, saved: SavedAccount, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hand-over-dialog")
        self.setWindowTitle(str(saved.address))
        self._scroll = ScrollPage()
        self._scroll.body.setContentsMargins(24, 20, 24, 16)
        self._scroll.body.setSpacing(12)
        self._scroll.body.addWidget(Heading(tr("Use {address} in a program", address=saved.address)))
        self.note = Paragraph(state(saved), tone="ink2")
        if not saved.is_verified:
            self.note.setText(
                tr(
                    "{address}: {state}. These are the settings that worked then.",
                    address=saved.address,
                    state=state(saved),
                )
            )
        self._scroll.body.addWidget(self.note)
        self.panel = HandOverPanel()
        self.panel.told.connect(lambda sentence, urgent: self.tell(sentence, urgent=urgent))
        self.panel.came.connect(self._scroll.bring_into_view)
        self.panel.grew.connect(self._order_keys)
        self._scroll.body.addWidget(self.panel)
        self._scroll.body.addStretch(1)
        buttons = closing_row(self)
        buttons.setContentsMargins(24, 12, 24, 14)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addLayout(buttons)
        self.resize(QSize(760, 640))

    def tell(self, sentence: str, *, urgent: bool = False) -> None:
        """Has a screen reader say it."""
        announce(self, sentence, urgent=urgent)

    def show_trouble(self, sentence: str) -> None:
        """Something did not work, and why."""
        self.note.setText(sentence)
        self._scroll.bring_into_view(self.note)
        self.tell(sentence, urgent=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where there is little room."""
        super().resizeEvent(event)
        self.panel.set_compact(self.width() < _NARROW * theme.current().scale)

    def _order_keys(self) -> None:
        for before, after in pairwise(in_reading_order(self)):
            QWidget.setTabOrder(before, after)
