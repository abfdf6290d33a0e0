"""The way a message takes, drawn: this computer, network, server, mailbox, and the stretch where it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from wizard.gui import icons, theme, words
from wizard.gui.failure_words import sign_in_failed
from wizard.gui.lanes import Lane, State
from wizard.gui.reading import placed
from wizard.gui.widgets.marks import ArcClock, paint_mark
from wizard.language import isolated, tr, tr_context
from wizard.model.evidence import ErrorKind, Stage, Surroundings

_NETWORK_ERRORS: Final = (ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE, ErrorKind.PERMISSION_DENIED)


class Look(Enum):
    """How a place on the way is drawn."""

    REACHED = "reached"
    HERE = "here"
    BROKEN = "broken"
    AHEAD = "ahead"


class Place(Struct, frozen=True):
    """One circle: its icon, its name, the word below."""

    icon: str
    name: str
    word: str
    look: Look


class Way(Struct, frozen=True):
    """Four places and the three stretches between them."""

    places: tuple[Place, Place, Place, Place]
    stretches: tuple[State, State, State]

    @property
    def spoken(self) -> str:
        """The picture in words, for those who hear it."""
        return words.spoken_list((place.name, place.word) for place in self.places)


def way_of(lane: Lane, *, other_works: bool = False, surroundings: Surroundings | None = None) -> Way:
    """The way of one lane, as far as it got."""
    network = _network_state(lane, surroundings or Surroundings())
    server = _server_state(lane, network)
    mailbox = _mailbox_state(lane, network, server)
    not_reached = tr("Not reached this way") if other_works else tr("Not reached")
    ahead = not_reached if lane.broken is not None else tr("Not yet")
    network_word = _network_word(lane, network, surroundings or Surroundings(), ahead)
    return Way(
        (
            Place("monitor", tr("This computer"), tr("Ready"), Look.REACHED),
            Place("globe", tr_context("place on the way", "Network"), network_word, _look(network, running_there=True)),
            Place("server", lane.host, _server_word(lane, server, ahead), _server_look(lane, server, mailbox)),
            Place(
                "inbox", tr_context("place on the way", "Mailbox"), _mailbox_word(lane, mailbox, ahead), _look(mailbox)
            ),
        ),
        (network, server, mailbox),
    )


def _network_state(lane: Lane, surroundings: Surroundings) -> State:
    at_start = lane.broken in (Stage.DNS, Stage.CONNECT)
    if at_start and (lane.error in _NETWORK_ERRORS or surroundings.online is False or surroundings.captive_portal):
        return State.FAILED
    found = lane.state_of(Stage.DNS)
    if lane.broken is Stage.INPUT:
        return State.NOT_TRIED
    return State.OK if found is State.OK or lane.broken is not None else found


def _server_state(lane: Lane, network: State) -> State:
    if network is not State.OK:
        return State.NOT_TRIED if network in (State.FAILED, State.NOT_TRIED) else State.WAITING
    if lane.broken is not None:
        return State.FAILED if lane.broken.order <= Stage.GREETING.order else State.OK
    reached = [lane.state_of(stage) for stage in (Stage.CONNECT, Stage.TLS)]
    if State.TRYING in reached:
        return State.TRYING
    arrived = reached[0] is State.OK and (reached[1] is State.OK or not lane.encrypted)
    return State.OK if arrived else reached[0] if reached[0] is not State.OK else State.TRYING


def _mailbox_state(lane: Lane, network: State, server: State) -> State:
    if State.FAILED in (network, server) or network is State.NOT_TRIED:
        return State.NOT_TRIED
    if lane.broken is not None:
        return State.FAILED
    return State.OK if lane.works else lane.state_of(Stage.AUTH)


def _look(state: State, *, running_there: bool = False) -> Look:
    match state:
        case State.OK:
            return Look.REACHED
        case State.FAILED:
            return Look.BROKEN
        case State.TRYING if running_there:
            return Look.HERE
        case _:
            return Look.AHEAD


def _server_look(lane: Lane, server: State, mailbox: State) -> Look:
    if server is State.TRYING or mailbox is State.TRYING:
        return Look.HERE
    return _look(server)


def _network_word(lane: Lane, state: State, surroundings: Surroundings, ahead: str) -> str:
    match state:
        case State.OK:
            return tr("Online")
        case State.TRYING:
            return tr("Looking up")
        case State.FAILED if surroundings.captive_portal:
            return tr("Wants a sign-in page")
        case State.FAILED if lane.error is ErrorKind.PERMISSION_DENIED:
            return tr("Blocked here")
        case State.FAILED if lane.error is ErrorKind.DNS_UNAVAILABLE and surroundings.online is not False:
            return tr("No name service")
        case State.FAILED:
            return tr("Offline")
        case _:
            return ahead


def _server_word(lane: Lane, state: State, ahead: str) -> str:
    match state:
        case State.OK:
            return tr("Encrypted") if lane.encrypted else tr(words.NOT_ENCRYPTED)
        case State.FAILED:
            return lane.failure
        case State.TRYING if lane.state_of(Stage.CONNECT) is State.OK:
            return tr("Connected")
        case State.TRYING:
            return tr("Found")
        case _:
            return ahead


def _mailbox_word(lane: Lane, state: State, ahead: str) -> str:
    if state is State.OK:
        return tr("Signed in") if lane.state_of(Stage.AUTH) is State.OK else tr("Takes your mail")
    if state is not State.FAILED:
        return ahead
    if lane.broken is not Stage.AUTH:
        return tr("Message refused")
    return sign_in_failed(lane.error)


class PathPicture(QLabel):
    """Paints one way; a label without text, so that a screen reader finds its name."""

    def __init__(self, clock: ArcClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("path")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._way: Way | None = None
        self._clock = clock
        self._clock.frame.connect(self._turn)
        theme.current().changed.connect(self.updateGeometry)

    @property
    def way(self) -> Way | None:
        """What is shown."""
        return self._way

    def show_way(self, way: Way) -> None:
        """Shows another way, without animation."""
        if way != self._way:
            self._way = way
            self.setAccessibleName(way.spoken)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As high as circle, name and word need."""
        places = self._way.places if self._way is not None else ()
        lines = max((len(self._name_lines(place.name)) for place in places), default=1)
        word_lines = max((len(self.word_lines(place.word)) for place in places), default=1)
        name = _line_height(theme.font(theme.Role.LABEL), (place.name for place in places))
        small = _line_height(theme.font(theme.Role.SMALL_LABEL), (place.word for place in places))
        return QSize(4 * self._circle * 2, round(self._circle + 8.5 + name * lines + 2.5 + small * word_lines))

    def minimumSizeHint(self) -> QSize:
        """Narrow is allowed; the names then break at their dots."""
        return QSize(4 * (self._circle + 24), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names may need another line in a narrower window."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Circles, stretches, names and words."""
        if self._way is None:
            return
        painter = QPainter(self)
        for index, stretch in enumerate(self._way.stretches):
            self._paint_stretch(painter, self._as_read(index), self._as_read(index + 1), stretch)
        for index, place in enumerate(self._way.places):
            self._paint_place(painter, self._centre(index), place)

    def _turn(self) -> None:
        if self._way is not None and State.TRYING in self._way.stretches and self.isVisible():
            index = self._way.stretches.index(State.TRYING)
            middle = (self._centre(index) + self._centre(index + 1)) / 2
            half = theme.mark(18)
            self.update(round(middle.x()) - half, round(middle.y()) - half, 2 * half, 2 * half)

    @property
    def _circle(self) -> int:
        return theme.mark(44)

    def _column(self) -> float:
        return self.width() / 4

    def _as_read(self, index: int) -> QPointF:
        """The middle of a place, counted from where reading begins."""
        return QPointF(self._column() * (index + 0.5), self._circle / 2)

    def _centre(self, index: int) -> QPointF:
        middle = self._as_read(index)
        return QPointF(placed(self, middle.x()), middle.y())

    def _paint_place(self, painter: QPainter, centre: QPointF, place: Place) -> None:
        tokens = theme.tokens()
        fill, line, width, ink = {
            Look.REACHED: (tokens.card, tokens.btnline, 1.0, tokens.ink),
            Look.HERE: (tokens.accenttint, tokens.accent, 1.5, tokens.accent),
            Look.BROKEN: (tokens.stop_tint, tokens.stop_disc, 1.5, tokens.stop),
            Look.AHEAD: (tokens.sunken, tokens.hair, 1.0, tokens.ink2),
        }[place.look]
        side = float(self._circle)
        box = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        theme.rounded(painter, box, side / 2, fill, line, width)
        icon = theme.mark(20)
        icons.draw(painter, place.icon, centre.x() - icon / 2, centre.y() - icon / 2, icon, ink)

        name_font, small = theme.font(theme.Role.LABEL), theme.font(theme.Role.SMALL)
        if place.look is Look.BROKEN:
            small = theme.font(theme.Role.SMALL_LABEL)
        left, width_ = centre.x() - self._column() / 2 - 8, self._column() + 16
        top = self._circle + 8.5
        painter.setFont(name_font)
        painter.setPen(tokens.ink2 if place.look is Look.AHEAD else tokens.ink)
        height = _line_height(name_font, (place.name,))
        for line_text in self._name_lines(place.name):
            painter.drawText(QRectF(left, top, width_, height), Qt.AlignmentFlag.AlignCenter, isolated(line_text))
            top += height
        painter.setFont(small)
        painter.setPen(tokens.stop if place.look is Look.BROKEN else tokens.ink2)
        height = _line_height(small, (place.word,))
        for line_text in self.word_lines(place.word):
            painter.drawText(QRectF(left, top + 2.5, width_, height), Qt.AlignmentFlag.AlignCenter, line_text)
            top += height

    def word_lines(self, word: str) -> list[str]:
        """The word below a name on as many lines as its column needs."""
        return self._lines(word, theme.font(theme.Role.SMALL_LABEL))

    def _name_lines(self, name: str) -> list[str]:
        """The name on as many lines as its column needs: broken after dots, never cut short."""
        return self._lines(name, theme.font(theme.Role.LABEL))

    def _lines(self, name: str, font: QFont) -> list[str]:
        metrics = QFontMetricsF(font)
        room = self._column() - 4
        lines, line = [], ""
        for piece in name_pieces(name):
            while metrics.horizontalAdvance(piece) > room and len(piece) > 4:
                fits = next(
                    n for n in range(len(piece), 0, -1) if n == 1 or metrics.horizontalAdvance(piece[:n]) <= room
                )
                lines += [line] if line else []
                lines, line, piece = [*lines, piece[:fits]], "", piece[fits:]
            if line and metrics.horizontalAdvance(line + piece) > room:
                lines.append(line)
                line = ""
            line += piece
        return [*lines, line] if line else lines or [""]

    def _paint_stretch(self, painter: QPainter, left: QPointF, right: QPointF, state: State) -> None:
        tokens = theme.tokens()
        disc = theme.mark(18)
        middle = (left + right) / 2
        start, end = left.x() + self._circle / 2 + 7, right.x() - self._circle / 2 - 7
        near, far = middle.x() - disc / 2 - 4, middle.x() + disc / 2 + 4
        match state:
            case State.OK:
                self._line(painter, start, near, tokens.ok_disc)
                self._line(painter, far, end, tokens.ok_disc)
            case State.FAILED:
                self._line(painter, start, near, tokens.stop_disc)
                self._dots(painter, far, end, tokens.edge)
            case State.TRYING:
                self._line(painter, start, near, tokens.accent)
                faint = QColor(tokens.accent)
                faint.setAlphaF(0.3)
                self._dots(painter, far, end, faint)
            case State.WAITING | State.NOT_TRIED:
                self._dots(painter, start, end, tokens.edge)
                return
        paint_mark(painter, QPointF(placed(self, middle.x()), middle.y()), disc, state, self._clock.turn)

    def _line(self, painter: QPainter, start: float, end: float, colour: QColor) -> None:
        pen = QPen(colour, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        y = self._circle / 2
        painter.drawLine(QPointF(placed(self, start + 1), y), QPointF(placed(self, end - 1), y))

    def _dots(self, painter: QPainter, start: float, end: float, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        x = start + 1
        while x <= end:
            painter.drawEllipse(QPointF(placed(self, x), self._circle / 2), 1.0, 1.0)
            x += 6.5


def _line_height(font: QFont, texts: Iterable[str]) -> float:
    """The room a line needs: letters that the font lacks come from another one, and may reach further down."""
    metrics = QFontMetricsF(font)
    return max(metrics.height(), *(metrics.boundingRect(text).height() for text in texts), 0.0)


def name_pieces(name: str) -> list[str]:
    """A host name in pieces that end with their dot or hyphen; other names by their words."""
    if " " in name:
        return [f"{word} " for word in name.split(" ")[:-1]] + [name.split(" ")[-1]]
    return re.findall(r"[^.-]*[.-]|[^.-]+$", name)
