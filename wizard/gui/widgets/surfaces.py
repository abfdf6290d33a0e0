"""What things lie on: cards, strips, banners, tiles, and the lines between them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wizard.gui import icons, theme
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import Label


class Surface(QFrame):
    """A rounded box; `fill` and `line` are names of colours of the theme, no line when it is `None`."""

    def __init__(self, fill: str, line: str | None = None, *, radius: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill, self._line, self._radius = fill, line, radius
        theme.current().changed.connect(self.update)

    def set_colours(self, fill: str, line: str | None = None) -> None:
        """Other colours of the theme."""
        self._fill, self._line = fill, line
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box."""
        tokens = theme.tokens()
        fill, line = tokens[self._fill], tokens[self._line] if self._line else None
        if fill == tokens.page:  # in high contrast, where no box is told by its tint
            line = line or tokens.hair
        theme.rounded(QPainter(self), QRectF(self.rect()), self._radius, fill, line)


class InputBox(Surface):
    """The box around something that is typed into in several lines; its line shows where the keyboard is."""

    def __init__(self, control: QWidget, *, parent: QWidget | None = None) -> None:
        super().__init__("card", "edge", radius=8, parent=parent)
        self._control = control
        self._control.installEventFilter(self)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(8, 8, 4, 8)
        inside.addWidget(control)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keyboard came or went."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, as that of a field."""
        tokens = theme.tokens()
        has_keyboard = self._control.hasFocus()
        line = tokens.accent if has_keyboard else tokens.edge
        theme.rounded(QPainter(self), QRectF(self.rect()), self._radius, tokens.card, line, 2 if has_keyboard else 1)


class Card(Surface):
    """A card with padding 20; put things into `box`. A diagnosis has the stronger line "btnline"."""

    def __init__(self, line: str = "hair", *, parent: QWidget | None = None) -> None:
        super().__init__("card", line, parent=parent)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(20, 20, 20, 20)
        self.box.setSpacing(0)


class Strip(Surface):
    """A sunken strip inside a card, such as before and after; put things into `row`."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__("sunken", radius=8, parent=parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 9, 14, 9)
        self.row.setSpacing(12)


class Chip(Label):
    """A small word in a sunken box, such as the number of an instruction."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, Role.SMALL_LABEL, "ink2", parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """At least a square of 22."""
        inner = super().sizeHint()
        height = theme.control(22)
        return QSize(max(height, inner.width() + 12), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box under the word."""
        theme.rounded(QPainter(self), QRectF(self.rect()), 6, theme.tokens().sunken)
        super().paintEvent(event)


class Separator(QWidget):
    """A line one pixel high."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line."""
        QPainter(self).fillRect(self.rect(), theme.tokens().hair)


class Icon(QWidget):
    """One of our icons in a tone of the theme; a `flush` one begins with its ink, as text does."""

    def __init__(
        self, name: str, size: int = 22, tone: str = "ink2", *, flush: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._tone = name, size, tone
        self._cut = round(size / 7) if flush else 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._retheme)

    def set_icon(self, name: str, tone: str | None = None) -> None:
        """Another picture, perhaps in another tone."""
        self._name, self._tone = name, tone or self._tone
        self.update()

    def sizeHint(self) -> QSize:
        """A square that grows with the font."""
        size = theme.mark(self._size)
        return QSize(size - self._cut, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture."""
        icons.draw(QPainter(self), self._name, -self._cut, 0, theme.mark(self._size), theme.tokens()[self._tone])

    def _retheme(self) -> None:
        self.updateGeometry()
        self.update()


class IconTile(QWidget):
    """An icon of 20 on a tinted square of 36; `tone` is "accent", "ok", "warn" or "stop"."""

    def __init__(self, name: str, tone: str = "accent", size: int = 36, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._retheme)

    def set_icon(self, name: str, tone: str) -> None:
        """Another picture in another tone."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        """A square that grows with the font."""
        size = theme.mark(self._size)
        return QSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Square and picture."""
        tokens = theme.tokens()
        painter = QPainter(self)
        tint = tokens.accenttint if self._tone == "accent" else tokens[f"{self._tone}_tint"]
        theme.rounded(painter, QRectF(self.rect()), 8, tint)
        size = theme.mark(round(self._size * 20 / 36))
        icons.draw(painter, self._name, (self.width() - size) / 2, (self.height() - size) / 2, size, tokens[self._tone])

    def _retheme(self) -> None:
        self.updateGeometry()
        self.update()


class Banner(Surface):
    """A tinted box: icon, a fact in bold, a sentence, links; `tone` is "accent", "ok", "warn" or "stop"."""

    def __init__(
        self,
        tone: str = "accent",
        icon: str = "info",
        *,
        above: int = 14,
        below: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("accenttint", parent=parent)
        self._icon = Icon(icon, 20, tone)
        self.fact = Label("", Role.STRONG, wrap=True)
        self.sentence = Label("", wrap=True)
        self.links = QHBoxLayout()
        self.links.setContentsMargins(0, 4, 0, 0)
        self.links.setSpacing(24)
        self.links.addStretch(1)
        self.box = QVBoxLayout()
        self.box.setSpacing(3)
        self.box.addWidget(self.fact)
        self.box.addWidget(self.sentence)
        self.box.addLayout(self.links)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, above, 20, below)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self.box, 1)
        self.set_tone(tone)

    def set_tone(self, tone: str, icon: str | None = None) -> None:
        """Another tint, perhaps with another icon."""
        self.set_colours("accenttint" if tone == "accent" else f"{tone}_tint")
        self._icon.set_icon(icon or self._icon._name, tone)

    def say(self, fact: str, sentence: str = "") -> None:
        """Says this; an empty sentence takes no room."""
        self.fact.setText(fact)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    def add_link(
        self, text: str, on_click: Callable[[], object], *, icon: str | None = None, trailing: str | None = None
    ) -> LinkButton:
        """A link below the sentence."""
        link = LinkButton(text, icon, trailing=trailing)
        link.clicked.connect(lambda: on_click())
        self.links.insertWidget(self.links.count() - 1, link)
        return link


class Hint(QWidget):
    """A line below the cards: an icon in the row's place and a sentence in the text column."""

    def __init__(self, text: str, icon: str = "info", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label(text, tone="ink2", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(12)
        row.addWidget(Icon(icon, 22), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1, Qt.AlignmentFlag.AlignVCenter)
