"""A page whose content scrolls while the buttons stay."""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wizard.gui import theme
from wizard.gui.reading import is_mirrored

_SETTLED_MS: Final = 50


@runtime_checkable
class HoldsControl(Protocol):
    """A control's label and help; they are seen together with it."""

    control: QWidget


class ScrollBar(QScrollBar):
    """A slim bar without arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)

    def sizeHint(self) -> QSize:
        """Ten pixels, and air."""
        return QSize(14, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The handle alone."""
        from PySide6.QtWidgets import QStyle, QStyleOptionSlider  # not needed before something scrolls

        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        painter = QPainter(self)
        bar = QRectF(2, handle.top() + 1, 8, max(16, handle.height() - 2))
        theme.rounded(painter, bar, 4, theme.tokens().edge)


class _Content(QWidget):
    """What scrolls. Its height follows from its width alone: the least height of wrapped text is a guess of Qt's."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


class ScrollPage(QScrollArea):
    """Put things into `body`; it is never narrower than the view, and only its height scrolls.

    The bar lies on the margin of what scrolls: nothing is narrower for it, or moves aside when it comes.
    """

    followed = Signal()  # what has the keyboard was brought into view

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.bar = ScrollBar(self)
        self.bar.hide()
        scrolls = self.verticalScrollBar()
        scrolls.rangeChanged.connect(self._follow_range)
        scrolls.valueChanged.connect(self.bar.setValue)
        self.bar.valueChanged.connect(scrolls.setValue)
        # One without a ground; to be handed Qt's own, PySide would first set up every class it has.
        self.setViewport(QWidget())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.content = _Content()
        self.content.setObjectName("content")
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(32, 24, 32, 14)
        self.body.setSpacing(0)
        self.setWidget(self.content)
        self.content.setAutoFillBackground(False)
        self._soon, self._settled = QTimer(self), QTimer(self)
        self._follows = False  # what has the keyboard stays in view, until the person scrolls
        self.bar.actionTriggered.connect(self._let_go)
        self.bar.sliderPressed.connect(self._let_go)
        for timer in (self._soon, self._settled):
            timer.setSingleShot(True)
            timer.timeout.connect(self._show_focused)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keyboard_moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The bar stands where reading ends."""
        super().resizeEvent(event)
        width = self.bar.sizeHint().width()
        self.bar.setGeometry(0 if is_mirrored(self) else self.width() - width, 0, width, self.height())
        self.bar.raise_()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The person looks elsewhere."""
        self._let_go()
        super().wheelEvent(event)

    def _let_go(self) -> None:
        self._follows = False

    def _follow_range(self, least: int, most: int) -> None:
        scrolls = self.verticalScrollBar()
        self.bar.setPageStep(scrolls.pageStep())
        self.bar.setSingleStep(scrolls.singleStep())
        self.bar.setRange(least, most)
        self.bar.setVisible(most > least)
        if self._follows:
            self._soon.start(0)

    def _keyboard_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        """What has the keyboard is in view, with the label above it and the sentence below."""
        if new is not None and shiboken6.isValid(new) and self.content.isAncestorOf(new):
            # Not before the layout has made room for what has only just come, and again where that moved more.
            self._follows = True
            self._soon.start(0)
            self._settled.start(_SETTLED_MS)

    def _show_focused(self) -> None:
        widget = QApplication.focusWidget()
        if widget is None or not self.isVisible() or not self.content.isAncestorOf(widget):
            return
        layout = self.content.layout()
        if layout is not None:
            layout.activate()
        whole = widget.parentWidget() if isinstance(widget.parentWidget(), HoldsControl) else widget
        for shown in (whole, widget):  # where not all of it fits, the control itself
            if shown is not None:
                self.ensureWidgetVisible(shown, 0, 12)
        self.followed.emit()

    def bring_into_view(self, widget: QWidget) -> None:
        """Scrolls until the top of `widget` can be seen."""
        self._let_go()
        corner = widget.mapTo(self.content, widget.rect().topLeft())
        bar = self.verticalScrollBar()
        below = corner.y() + widget.height() - self.viewport().height() - bar.value()
        if corner.y() < bar.value() or below > 0:
            bar.setValue(corner.y() - 12)
