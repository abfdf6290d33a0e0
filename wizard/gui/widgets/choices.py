"""Choosing: segments, tiles and the drop-down list, and the last two as labelled fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QGroupBox,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from wizard.gui import icons, theme
from wizard.gui.reading import placed
from wizard.gui.theme import Role
from wizard.gui.widgets import focus_ring
from wizard.gui.widgets.fields import LabelledField, paint_field_box
from wizard.gui.widgets.typing_line import BY_KEYBOARD, TypingLine
from wizard.gui.widgets.whole_rect import tell_whole_rect


class _Segment(QRadioButton):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        tell_whole_rect(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(theme.text_width(theme.font(Role.STRONG), self.text()) + theme.mark(16) + 28, theme.control(34))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_ring.show_for(self, event, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        chosen = self.isChecked()
        if chosen:
            theme.rounded(painter, QRectF(self.rect()), 6, tokens.button, tokens.btnline)
        font = theme.font(Role.STRONG if chosen else Role.BODY)
        painter.setFont(font)
        width = theme.text_width(font, self.text())
        size = theme.mark(16)
        left = (self.width() - width - (size + 6 if chosen else 0)) / 2
        if chosen:
            icons.draw(painter, "check", placed(self, left, size), (self.height() - size) / 2, size, tokens.accent)
            left += size + 6
        painter.setPen(tokens.ink if chosen else tokens.ink2)
        area = QRectF(placed(self, left, width + 2), 0, width + 2, self.height())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), self.text())


class Segmented(QGroupBox):
    """A choice of two or three that are all seen; `chosen` carries the key of the new one."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._keys: dict[str, QAbstractButton] = {}
        self._by_program = False
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for key, text in options:
            segment = _Segment(text)
            self._group.addButton(segment)
            self._keys[key] = segment
            row.addWidget(segment)
            segment.toggled.connect(lambda on, key=key: self._toggled(key, on))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def name_buttons(self, prefix: str) -> None:
        """Gives each segment the id `prefix` and its key."""
        for key, segment in self._keys.items():
            segment.setObjectName(f"{prefix}{key}")

    def key(self) -> str | None:
        """The key of what is chosen."""
        return next((key for key, segment in self._keys.items() if segment.isChecked()), None)

    def choose(self, key: str) -> None:
        """Chooses without telling."""
        if key in self._keys:
            self._by_program = True
            self._keys[key].setChecked(True)
            self._by_program = False

    def _toggled(self, key: str, on: bool) -> None:
        """Not `clicked`: assistive technology toggles, and means the same."""
        if on and not self._by_program:
            self.chosen.emit(key)

    def show_option(self, key: str, visible: bool) -> None:
        """Offers an option only where it is needed."""
        self._keys[key].setVisible(visible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Without the room Qt leaves for a title."""
        super().resizeEvent(event)
        self.setContentsMargins(0, 0, 0, 0)

    def changeEvent(self, event: QEvent) -> None:
        """The same after another font or style."""
        super().changeEvent(event)
        self.setContentsMargins(0, 0, 0, 0)

    def sizeHint(self) -> QSize:
        """As high as a field."""
        return QSize(super().sizeHint().width(), theme.control(40))

    def minimumSizeHint(self) -> QSize:
        """The segments next to one another."""
        return QSize(self._row.minimumSize().width(), theme.control(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The trough."""
        tokens = theme.tokens()
        theme.rounded(QPainter(self), QRectF(self.rect()), 8, tokens.sunken, tokens.edge)


class Tile(QRadioButton):
    """One of several tiles 60 high, icon above its words; put them into one parent and they exclude each other."""

    def __init__(self, text: str, icon: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        tell_whole_rect(self)
        self._icon = icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._retheme)

    def sizeHint(self) -> QSize:
        """Wide enough for its words when chosen."""
        return QSize(theme.text_width(theme.font(Role.SMALL_LABEL), self.text()) + 20, theme.control(60))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it."""
        return self.rect().contains(pos)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows where the keyboard is."""
        super().focusInEvent(event)
        focus_ring.show_for(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, icon, words."""
        tokens = theme.tokens()
        painter = QPainter(self)
        chosen = self.isChecked()
        rect = QRectF(self.rect())
        if chosen:
            theme.rounded(painter, rect, 8, tokens.accenttint, tokens.accent, 2)
        else:
            theme.rounded(painter, rect, 8, tokens.button, tokens.btnline)
        size = theme.mark(20)
        ink = tokens.accent if chosen else tokens.ink2
        font = theme.font(Role.SMALL_LABEL)
        if chosen:
            font.setWeight(font.Weight.DemiBold)
        line = QFontMetrics(font).height()
        top = (self.height() - size - line - 4) / 2
        icons.draw(painter, self._icon, (self.width() - size) / 2, top, size, ink)
        painter.setFont(font)
        painter.setPen(tokens.accent if chosen else tokens.ink)
        area = QRectF(0, top + size + 4, self.width(), line)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self.text())

    def _retheme(self) -> None:
        self.updateGeometry()
        self.update()


class Choice(QComboBox):
    """A drop-down list that looks like a field; `typed` lets people type what it does not list.

    The wheel scrolls the page, never the choice. `edited` carries every new text.
    """

    edited = Signal(str)

    def __init__(self, *, typed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._wrong = False
        if typed:
            self.setEditable(True)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.setCompleter(None)  # type: ignore[arg-type]  # none at all, as Qt documents it
            inner = _Inner(self)
            inner.textChanged.connect(self.edited)
            self.setLineEdit(inner)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def type_in(self, text: str) -> None:
        """As if it were typed; where it stands there already nothing moves, of which a screen reader would hear."""
        if text != self.currentText():
            self.setEditText(text)

    def setAccessibleName(self, name: str) -> None:
        """The name, for the line one types in as well."""
        super().setAccessibleName(name)
        inner = self.lineEdit()
        if inner is not None:
            inner.setAccessibleName(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The line one types in stands where the words of a plain list stand."""
        super().resizeEvent(event)
        self._place_inner()

    def showEvent(self, event: QShowEvent) -> None:
        """The same when Qt has placed it anew."""
        super().showEvent(event)
        self._place_inner()

    def _place_inner(self) -> None:
        inner = self.lineEdit()
        if inner is not None:
            width = self.width() - 12 - 12 - theme.mark(16)
            inner.setGeometry(QRect(round(placed(self, 12, width)), 2, width, self.height() - 4))

    def set_wrong(self, wrong: bool) -> None:
        """Marks it as what the sentence below is about."""
        self._wrong = wrong
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a field."""
        return QSize(super().sizeHint().width() + 28, theme.control(40))

    def minimumSizeHint(self) -> QSize:
        """Narrower than its longest entry, for the smallest window."""
        return QSize(100, theme.control(40))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, words, chevron."""
        tokens = theme.tokens()
        painter = QPainter(self)
        inner = self.lineEdit()
        has_keyboard = self.hasFocus() or (inner is not None and inner.hasFocus())
        paint_field_box(painter, self, self._wrong, has_keyboard=has_keyboard)
        size = theme.mark(16)
        right = self.width() - 10 - size
        icons.draw(painter, "chevron-down", placed(self, right, size), (self.height() - size) / 2, size, tokens.ink2)
        if self.isEditable():
            return
        painter.setFont(self.font())
        painter.setPen(tokens.ink if self.isEnabled() else tokens.off)
        words = QFontMetrics(self.font()).elidedText(self.currentText(), Qt.TextElideMode.ElideRight, right - 14 - 4)
        area = QRectF(placed(self, 14, right - 14), 0, right - 14, self.height())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), words)

    def _retheme(self) -> None:
        self.setFont(theme.font(Role.BODY))
        self.updateGeometry()
        self.update()


class _Inner(TypingLine):
    """The line one types in, inside a list; its list draws the box."""

    selects_for = (*BY_KEYBOARD, Qt.FocusReason.OtherFocusReason)  # also where a remedy leads to it

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._list = parent
        self.textChanged.connect(self._show_beginning)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The list draws another box."""
        super().focusInEvent(event)
        self._list.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list draws another box."""
        super().focusOutEvent(event)
        self._show_beginning()
        self._list.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """What is longer than the line says so, unless somebody types."""
        shown = self.shown()
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(QRectF(self.rect()).adjusted(2, 0, -2, 0), int(Qt.AlignmentFlag.AlignVCenter), shown)

    def shown(self) -> str:
        """The text, as much of it as there is room for."""
        room = self.width() - 4
        return (
            self.text()
            if self.hasFocus()
            else self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        )

    def _show_beginning(self) -> None:
        """Of what is longer than the line its beginning is seen, unless somebody types."""
        if not self.hasFocus():
            self.setCursorPosition(0)

    def _retheme(self) -> None:
        palette = QPalette(self.palette())
        palette.setBrush(QPalette.ColorRole.Base, Qt.BrushStyle.NoBrush)
        palette.setColor(QPalette.ColorRole.Text, theme.tokens().ink)
        self.setPalette(palette)


class ChoiceField(LabelledField):
    """A labelled drop-down list; `typed` as in `Choice`."""

    def __init__(
        self,
        label: str,
        *,
        typed: bool = False,
        accessible_name: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.choice = Choice(typed=typed)
        super().__init__(label, self.choice, accessible_name=accessible_name, parent=parent)


class SegmentedField(LabelledField):
    """A labelled choice of segments."""

    def __init__(
        self,
        label: str,
        options: list[tuple[str, str]],
        *,
        accessible_name: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.segments = Segmented(options)
        super().__init__(label, self.segments, accessible_name=accessible_name, parent=parent)
