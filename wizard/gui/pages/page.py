"""What every page of the wizard has: a title of its own, content that scrolls, links above the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSpacerItem, QVBoxLayout, QWidget, QWizard, QWizardPage

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.heading import Heading, Subheading
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.language import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.setup.pack import Helpdesk

COMPACT_TITLE = 1.3
_GAP = 18  # between the subtitle and what stands below
_ABOVE_LINKS = 12  # at least, between what stands above the links and them
_SPARED = (12, 4, 10)  # what may be taken from above the title, from the gap and from below where little is missing
COLUMN = 760  # pixels at the usual font: a page of text is no wider, however wide the window


class Page(QWizardPage):
    """A page; its objectName is `page:<name>`.

    The window reads `primary_text`, `skip_text` and `step_note`, and listens to `looks_changed`.
    A page whose primary button does something before it leads on overrides `validatePage`.
    """

    # In place of QWidget.scroll, which moves pixels about and which no page calls.
    scroll: ScrollPage  # type: ignore[assignment]

    looks_changed = Signal()
    grew = Signal()  # there is something new on it that Tab has to come to
    turned = Signal()  # it shows something else now: the keyboard belongs where the eye is
    entered = Signal()  # it is the current page now, by Continue or by Back

    def __init__(self, name: str, title: str, subtitle: str, primary: str | None = None) -> None:
        super().__init__()
        self.setObjectName(f"page:{name}")
        self.name = name
        self.step_note = ""
        self.next_index = -1
        self.is_compact = False
        self.skip_text: str | None = None
        self.helpdesk: Helpdesk | None = None
        self._primary = primary if primary is not None else tr("Continue")
        self._ready = True
        self.heading = Heading(title, Role.TITLE, seen_first=True)
        self.heading.setObjectName("title")
        self.subheading = Subheading(subtitle)
        self.scroll = ScrollPage()
        self.body: QVBoxLayout = QVBoxLayout()
        self.body.setSpacing(0)
        self.links = Flow(gap=24, row_gap=4, above=_ABOVE_LINKS, least_gap=14)
        column = self.scroll.body
        self.title_row = QHBoxLayout()
        self.title_row.setSpacing(16)
        self.title_row.addWidget(self.heading, 1)
        column.addLayout(self.title_row)
        column.addSpacing(1)
        column.addWidget(self.subheading)
        self._below_title = QSpacerItem(0, _GAP)
        column.addItem(self._below_title)
        column.addLayout(self.body)
        column.addStretch(1)
        column.addLayout(self.links)
        self._tight = False
        self.scroll.verticalScrollBar().rangeChanged.connect(self._fit_soon)
        theme.current().changed.connect(self._lay_out_soon)
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.outer.setSpacing(0)
        self.outer.addWidget(self.scroll)
        self.setTitle("")
        self.setAccessibleName(title)
        super().setButtonText(QWizard.WizardButton.NextButton, self._primary)
        super().setButtonText(QWizard.WizardButton.FinishButton, self._primary)

    def set_title(self, title: str, subtitle: str) -> None:
        """Other words at the top."""
        self.heading.setText(title)
        self.subheading.setText(subtitle)
        self.setAccessibleName(title)

    def set_primary(self, text: str) -> None:
        """Other words on the primary button."""
        self._primary = text
        self.setButtonText(QWizard.WizardButton.NextButton, text)
        self.setButtonText(QWizard.WizardButton.FinishButton, text)
        self.looks_changed.emit()

    @property
    def has_input(self) -> bool:
        """Whether the person has put something into it that closing the window would lose."""
        return False

    @property
    def is_settled(self) -> bool:
        """Whether what the page is for was done, once it lies behind: the list of steps ticks it then."""
        return True

    @property
    def primary_text(self) -> str:
        """The words on the primary button."""
        return self._primary

    def set_ready(self, ready: bool) -> None:
        """Whether the primary button can be pressed."""
        self._ready = ready
        self.completeChanged.emit()

    def isComplete(self) -> bool:
        """Qt's question for the same."""
        return self._ready

    def nextId(self) -> int:
        """The next step, also while its page is still to be added."""
        return self.next_index

    def set_skip(self, text: str | None) -> None:
        """The words of the Skip button; `None` is no such button."""
        self.skip_text = text
        self.looks_changed.emit()

    def skip(self) -> None:
        """The Skip button was pressed."""

    def set_step_note(self, note: str) -> None:
        """What the step list says below the step's name."""
        self.step_note = note
        self.looks_changed.emit()

    def set_compact(self, compact: bool) -> None:
        """One column, for narrow windows and large fonts; pages with more to change extend this."""
        self.is_compact = compact
        self.heading.set_role(Role.TITLE, factor=COMPACT_TITLE if compact else None)
        self._place_column()

    @property
    def edge(self) -> int:
        """The room left and right of the column."""
        least = 24 if self.is_compact else 32
        return max(least, (self.width() - round(COLUMN * theme.current().scale)) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A very wide window keeps the column in its middle."""
        super().resizeEvent(event)
        if self.scroll.body.contentsMargins().left() != self.edge:
            self._place_column()
            self.looks_changed.emit()
        self._fit_soon()

    def _place_column(self) -> None:
        top, bottom = (16 if self.is_compact else 24), 14
        if self._tight:
            top, bottom = top - _SPARED[0], bottom - _SPARED[2]
        self.scroll.body.setContentsMargins(self.edge, top, self.edge, bottom)
        self._below_title.changeSize(0, _GAP - _SPARED[1] if self._tight else _GAP)
        self.scroll.body.invalidate()

    def _lay_out_soon(self) -> None:
        QTimer.singleShot(0, self, self._lay_out_anew)

    def _lay_out_anew(self) -> None:
        """Another font or zoom: Qt asks some of what is wrapped for its height while it still has the font before."""
        for layout in self.scroll.content.findChildren(QLayout):
            layout.update()

    def _fit_soon(self) -> None:
        QTimer.singleShot(0, self, self._fit)

    def spared_height(self) -> int:
        """The height of all there is, with the air given up that can be."""
        needed = self.scroll.body.totalHeightForWidth(self.scroll.viewport().width())
        return needed - (0 if self._tight else sum(_SPARED))

    def _fit(self) -> None:
        """Gives up some air where the content would otherwise scroll by a few pixels only."""
        tight = 0 < self.spared_height() + sum(_SPARED) - self.scroll.viewport().height() <= sum(_SPARED)
        if tight != self._tight:
            self._tight = tight
            self._place_column()

    def lead_to(self) -> QWidget | None:
        """What has the keyboard when the page is entered or turns; `None` is the primary button, else the title."""
        return None

    def tab_order(self, as_read: Iterable[QWidget]) -> list[QWidget]:
        """The order in which Tab goes through the page, from the order in which one reads it."""
        return list(as_read)

    def add_link(self, link: QWidget) -> None:
        """A link in the row above the buttons."""
        self.links.addWidget(link)

    def tell(self, sentence: str, *, urgent: bool = False) -> None:
        """Has a screen reader say it."""
        from wizard.gui.accessibility import announce

        announce(self, sentence, urgent=urgent)

    def restart(self) -> None:
        """Another account begins: forget this one."""
        self.set_step_note("")

    def leave(self) -> None:
        """The window closes or the page is left for good: stop what runs."""
