"""Where one is: the step list at the side, or its short form above the page in a narrow window."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard.gui import icons, theme
from wizard.gui.reading import placed
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import LinkButton, takes_presses
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.state_disc import DiscState, paint_state
from wizard.gui.widgets.surfaces import Icon
from wizard.language import tr, tr_later

if TYPE_CHECKING:
    from wizard.setup.pack import Helpdesk

WIDTH = 216
_ROW = 44
_PITCH = 52
_MARK = 20
_MARK_X = 40
_TEXT_X = 62
_TEXT_WIDTH = WIDTH - _TEXT_X - 18
_AIR = 4  # above and below a step of three lines


def scaled(pixels: int) -> int:
    """Pixels at the usual font, as wide as they are at this one."""
    return round(pixels * theme.current().scale)


class Where(Enum):
    """A step against where one is now; the value is what a screen reader says."""

    DONE = tr_later("done")
    HERE = tr_later("you are here")
    TO_COME = tr_later("to come")


class Step(Struct, frozen=True):
    """A step of the list with what was decided there; `leads` where a press goes back to it."""

    name: str
    where: Where
    note: str = ""
    leads: bool = False


class StepRow(QLabel):
    """One step; a label so that a screen reader meets it in reading order, told of as a paragraph: all labels of a
    dialog are read out by Orca when it opens.

    A press leads to a step that was passed. By the keyboard Back and Edit do the same.
    """

    spoken_role = "Paragraph"  # accessible_roles asks for it
    pressed = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._step = Step("", Where.TO_COME)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, step: Step) -> None:
        self._step = step
        note = f", {step.note}" if step.note else ""
        self.setText(f"{self._number}. {step.name}: {tr(step.where.value)}{note}")
        self.setAccessibleName(self.text())
        self.setToolTip("" if "".join(self.note_lines()).replace(" ", "") == step.note.replace(" ", "") else step.note)
        self.updateGeometry()
        self.setCursor(Qt.CursorShape.PointingHandCursor if step.leads else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leads there, unless the window is too fresh to be pressed in."""
        if self._step.leads and self.rect().contains(event.position().toPoint()) and takes_presses(self):
            self.pressed.emit()

    def sizeHint(self) -> QSize:
        """Higher where a note has two lines."""
        name, note = (QFontMetrics(theme.font(role)).height() for role in (Role.STRONG, Role.SMALL))
        return QSize(scaled(WIDTH), max(theme.control(_PITCH), name + note * len(self.note_lines()) + _AIR))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def note_lines(self) -> list[str]:
        """The note as it is painted: words on up to two lines, an address or a host on one with its middle left out."""
        metrics, note, room = QFontMetrics(theme.font(Role.SMALL)), self._step.note, scaled(_TEXT_WIDTH)
        on_one = metrics.elidedText(note, Qt.TextElideMode.ElideMiddle, room)
        if on_one == note or (" " not in note and note.isascii()):
            return [on_one] if note else []
        layout = QTextLayout(note, theme.font(Role.SMALL))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room)
        layout.endLayout()
        if line.naturalTextWidth() > room:  # one word, such as an address in letters of its own
            return [on_one]
        end = line.textLength()
        return [note[:end].rstrip(), metrics.elidedText(note[end:], Qt.TextElideMode.ElideRight, room)]

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        step = self._step
        painter = QPainter(self)
        middle, left, room = self.height() / 2, scaled(_TEXT_X), scaled(_TEXT_WIDTH)
        mark = theme.mark(_MARK)
        row = theme.control(_ROW)
        notes = self.note_lines()
        if step.where is Where.HERE:
            box = row if len(notes) < 2 else self.height()
            theme.rounded(painter, QRectF(16, middle - box / 2, self.width() - 32, box), 8, tokens.card, tokens.hair)
        state = {Where.DONE: DiscState.DONE, Where.HERE: DiscState.HERE, Where.TO_COME: DiscState.NUMBER}[step.where]
        paint_state(painter, QPointF(placed(self, scaled(_MARK_X)), middle), mark, state, number=self._number)
        name_font = theme.font(Role.STRONG if step.where is Where.HERE else Role.LABEL)
        if step.where is Where.TO_COME:
            name_font = theme.font(Role.BODY)
        note_font = theme.font(Role.SMALL)
        name_height = QFontMetrics(name_font).height()
        note_height = QFontMetrics(note_font).height() + (1 if len(notes) < 2 else 0)
        top = middle - (name_height + note_height * len(notes)) / 2
        painter.setFont(name_font)
        painter.setPen(tokens.ink2 if step.where is Where.TO_COME else tokens.ink)
        name = QFontMetrics(name_font).elidedText(step.name, Qt.TextElideMode.ElideRight, room)
        area = QRectF(placed(self, left, room), top, room, name_height)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(note_font)
        painter.setPen(tokens.accent if step.where is Where.HERE else tokens.ink2)
        top += name_height + (1 if len(notes) < 2 else 0)
        for note in notes:
            area = QRectF(placed(self, left, room), top, room, note_height)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), note)
            top += note_height


class SidePanel(QWidget):
    """Logo, step list and helpdesk; `step_pressed` carries the index of a step that was passed."""

    step_pressed = Signal(int)

    def __init__(self, names: tuple[str, ...], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [StepRow(number) for number in range(1, len(names) + 1)]
        for index, row in enumerate(self._rows):
            row.pressed.connect(lambda index=index: self.step_pressed.emit(index))
        brand = QHBoxLayout()
        brand.setContentsMargins(24, 24, 16, 0)
        brand.setSpacing(10)
        brand.addWidget(_Logo())
        brand.addWidget(Label("Mailwright", Role.STRONG), 1)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(0)
        for row in self._rows:
            self._steps.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 19)
        column.setSpacing(0)
        column.addLayout(brand)
        column.addSpacing(24)
        column.addLayout(self._steps)
        column.addStretch(1)
        self._column = column
        self._helpdesk: QWidget | None = None
        self._follow_font()
        theme.current().changed.connect(self._follow_font)

    def _follow_font(self) -> None:
        self.setFixedWidth(scaled(WIDTH))
        self.update()

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        """Shows where one is."""
        for row, step in zip(self._rows, steps, strict=True):
            row.show_step(step)
        self.update()

    def show_helpdesk(self, helpdesk: Helpdesk | None) -> None:
        """Says at the foot whom people can ask."""
        if self._helpdesk is not None:
            self._column.removeWidget(self._helpdesk)
            self._helpdesk.hide()
            self._helpdesk.deleteLater()
        self._helpdesk = _HelpdeskWords(helpdesk) if helpdesk is not None else None
        if self._helpdesk is not None:
            self._column.addWidget(self._helpdesk)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground and the lines between the marks."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.side)
        mark, row = theme.mark(_MARK), theme.control(_ROW)
        for above, below in zip(self._rows, self._rows[1:], strict=False):
            start = above.mapTo(self, above.rect().center()).y() + 1
            end = below.mapTo(self, below.rect().center()).y() + 1
            start += (row if above._step.where is Where.HERE else mark) // 2 + 3
            end -= (row if below._step.where is Where.HERE else mark) // 2 + 3
            colour = tokens.accent if above._step.where is Where.DONE else tokens.btnline
            painter.fillRect(QRectF(placed(self, scaled(_MARK_X) - 1, 2), start, 2, end - start), colour)


class _Logo(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(28, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        theme.rounded(painter, QRectF(self.rect()), 7.5, tokens.fill)
        icons.draw(painter, "letter-m", 4, 4, 20, tokens.fill_ink)


class _HelpdeskWords(QWidget):
    """Name, number, hours and a link to the helpdesk's page or its address."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(31, 0, 16, 0)
        row.setSpacing(13)
        row.addWidget(Icon("phone" if helpdesk.phone else "message", 18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        picture = QPixmap(str(helpdesk.logo)) if helpdesk.logo is not None else QPixmap()
        if not picture.isNull():
            logo = QLabel()
            logo.setObjectName("helpdesk-logo")
            logo.setAccessibleName(helpdesk.name)
            size = QSize(WIDTH - 96, 40)
            if picture.width() > size.width() or picture.height() > size.height():
                picture = picture.scaled(
                    size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            logo.setPixmap(picture)
            words.addWidget(logo, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(Label(helpdesk.name, Role.SMALL, "ink2", wrap=True))
        if helpdesk.phone:
            words.addWidget(Label(helpdesk.phone, Role.STRONG, wrap=True))
        if helpdesk.hours:
            words.addWidget(Label(helpdesk.hours, Role.SMALL, "ink2", wrap=True))
        url = helpdesk.url
        if url:
            says = tr("Write to them") if url.startswith("mailto:") else tr("Open their page")
            link = LinkButton(says, role=LinkButton.SMALL)
            link.setObjectName("helpdesk-page")
            link.setAccessibleName(f"{says}: {helpdesk.name}")
            link.setToolTip(url.removeprefix("mailto:"))
            link.clicked.connect(lambda: _open(url))
            words.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(words, 1)


def _open(url: str) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(url))


class StepHeader(QWidget):
    """The panel's short form: the step, the helpdesk, and how far one has got."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done, self._count = 0, 1
        self._where = Label("", Role.STRONG)
        self._helpdesk = Label("", tone="ink2")
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(24, 4, 24, 8)
        self._row.addWidget(self._where)
        self._row.addStretch(1)
        self._row.addWidget(self._helpdesk)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._make_room)

    def show_helpdesk(self, helpdesk: Helpdesk | None) -> None:
        """Says at the right whom people can ask."""
        self._helpdesk.setText(in_a_line(helpdesk) if helpdesk is not None else "")
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for the helpdesk, or none."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The step is never cut; the helpdesk stands below it where both do not fit in one line."""
        words = QFontMetrics(self._helpdesk.font()).horizontalAdvance(self._helpdesk.text())
        beside = self._where.sizeHint().width() + words + 2 * 24 + 16 <= self.width()
        has_helpdesk = bool(self._helpdesk.text())
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._helpdesk.setWordWrap(not beside)
        self._helpdesk.setVisible(has_helpdesk)
        below = 0 if beside or not has_helpdesk else self._helpdesk.heightForWidth(max(1, self.width() - 2 * 24))
        self.setFixedHeight(theme.control(36) + below)
        self.update()

    def show_step(self, number: int, count: int, name: str) -> None:
        """Says the step and fills as many segments."""
        self._done, self._count = number, count
        self._where.setText(tr("Step {number} of {count}: {name}", number=number, count=count, name=name))
        self._make_room()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground and the segments."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.side)
        width = (self.width() - 2 * (self._count - 1)) / self._count
        for number in range(self._count):
            colour = tokens.accent if number < self._done else tokens.btnline
            left = placed(self, number * (width + 2), width)
            painter.fillRect(QRectF(left, self.height() - 4, width, 4), colour)


def in_a_line(helpdesk: Helpdesk) -> str:
    """Name and number: “Helpdesk: 555 0100”."""
    return f"{helpdesk.name}: {helpdesk.phone}" if helpdesk.phone else helpdesk.name
