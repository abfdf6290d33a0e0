"""Colours, sizes and fonts of the window; everything painted asks here, and asks again when `changed` is emitted.

Colours are a table of two columns, light and dark. Sizes are written for a body text of 14 pixels and follow the
system's font from there. On a system in high contrast the table steps back and the system's own palette is used.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from msgspec import Struct
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication

BODY_PX: Final = 14
SMALLEST_PX: Final = 11.5  # no text is smaller, whatever the system's font is
LARGE_TEXT: Final = 1.35  # what a helpdesk pack's large text is against the system's
ZOOM: Final = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)  # steps of Ctrl+Plus, WCAG 1.4.4 wants the last one
_FIRST_JOINED, _LAST_JOINED = "\u0590", "\u08ff"  # Hebrew, Arabic and their like
COMPACT_SCALE: Final = 1.5  # above this font scale the window uses its one-column layout


class Tokens(Struct, frozen=True, eq=False):
    """The colours of one scheme, by what they are for."""

    page: QColor
    side: QColor
    card: QColor
    sunken: QColor
    hair: QColor
    btnline: QColor
    edge: QColor
    ink: QColor
    ink2: QColor
    off: QColor
    offfill: QColor
    accent: QColor
    fill: QColor
    fill_hover: QColor
    fill_ink: QColor
    accenttint: QColor
    ok: QColor
    ok_tint: QColor
    ok_disc: QColor
    ok_mark: QColor
    warn: QColor
    warn_tint: QColor
    stop: QColor
    stop_tint: QColor
    stop_disc: QColor
    stop_mark: QColor
    button: QColor
    is_dark: bool = False

    def __getitem__(self, name: str) -> QColor:
        """The colour of that name."""
        colour: QColor = getattr(self, name)
        return colour


_TABLE: Final[dict[str, tuple[str, str]]] = {
    "page": ("#FAFBFC", "#1B1D21"),
    "side": ("#F1F3F6", "#15171A"),
    "card": ("#FFFFFF", "#25282E"),
    "sunken": ("#F1F3F6", "#1D2025"),
    "hair": ("#E1E4EA", "#373B43"),
    "btnline": ("#CDD2DA", "#4A505B"),
    "edge": ("#858D9B", "#858D9B"),
    "ink": ("#1A1D23", "#EDEFF3"),
    "ink2": ("#565D6A", "#AAB1BD"),
    "off": ("#9AA1AD", "#6E7582"),
    "offfill": ("#ECEEF2", "#2B2E35"),
    "accent": ("#2F5BD0", "#A3B9FF"),
    "fill": ("#2F5BD0", "#4669DD"),
    "fill_hover": ("#284FB8", "#3F60CC"),
    "fill_ink": ("#FFFFFF", "#FFFFFF"),
    "accenttint": ("#EAF0FD", "#272F47"),
    "ok": ("#1B7A43", "#72D19B"),
    "ok_tint": ("#E6F4EB", "#1F3529"),
    "ok_disc": ("#1B8048", "#72D19B"),
    "ok_mark": ("#FFFFFF", "#0E2418"),
    "warn": ("#855600", "#EBBE66"),
    "warn_tint": ("#FBF2DD", "#38301C"),
    "stop": ("#B42B2B", "#FF9A90"),
    "stop_tint": ("#FCEDEC", "#3E2625"),
    "stop_disc": ("#C0392F", "#FF9A90"),
    "stop_mark": ("#FFFFFF", "#3A0E0A"),
    "button": ("#FFFFFF", "#2E323A"),
}


class Role(Enum):
    """The sizes of text: a factor of the system's font and a weight."""

    TITLE = (1.7, QFont.Weight.DemiBold)
    HEADING = (1.15, QFont.Weight.DemiBold)
    BODY = (1.0, QFont.Weight.Normal)
    LABEL = (1.0, QFont.Weight.Medium)
    STRONG = (1.0, QFont.Weight.DemiBold)
    SMALL = (0.86, QFont.Weight.Normal)
    SMALL_LABEL = (0.86, QFont.Weight.Medium)


def _times(font: QFont, factor: float) -> QFont:
    """The font in another size."""
    made = QFont(font)
    if font.pointSizeF() > 0:
        made.setPointSizeF(font.pointSizeF() * factor)
    else:
        made.setPixelSize(round(font.pixelSize() * factor))
    return made


def _of_table(dark: bool) -> Tokens:
    return Tokens(**{name: QColor(pair[dark]) for name, pair in _TABLE.items()}, is_dark=dark)


def _of_palette(palette: QPalette) -> Tokens:
    """High contrast: few colours, all of them the system's."""
    window, base = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.Base)
    text, marked = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Highlight)
    on_marked, link = palette.color(QPalette.ColorRole.HighlightedText), palette.color(QPalette.ColorRole.Link)
    off = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    special = {
        "page": window,
        "side": window,
        "card": base,
        "sunken": base,
        "offfill": base,
        "button": base,
        "accenttint": base,
        "ok_tint": base,
        "warn_tint": base,
        "stop_tint": base,
        "off": off,
        "accent": link,
        "fill": marked,
        "fill_hover": marked,
        "fill_ink": on_marked,
        "ok_mark": base,
        "stop_mark": base,
    }
    return Tokens(**{name: special.get(name, text) for name in _TABLE}, is_dark=window.lightness() < text.lightness())


class Theme(QObject):
    """The one theme of a running application; get it with `theme.current()`."""

    changed = Signal()
    zoomed = Signal(int)  # the step of ZOOM

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._system_palette = QPalette(app.palette())
        self._asked: Qt.ColorScheme | None = None
        # Both wrappers are kept: PySide 6.12 counts the hints as deleted once the first wrapper is.
        self._hints = app.styleHints()
        self._access: Any | None = self._hints.accessibility() if hasattr(self._hints, "accessibility") else None
        self._hints.colorSchemeChanged.connect(self._rebuild)
        if self._access is not None:  # Qt before 6.10 has no hints about contrast and motion
            self._access.contrastPreferenceChanged.connect(self._rebuild)
        self._font = app.font()
        self._zoomed: tuple[QFont, int] | None = None  # the usual font and the step of ZOOM
        self._fonts: dict[tuple[Role, float | None], QFont] = {}
        self.tokens = self._find_tokens()
        self._scale = self._find_scale()
        app.setPalette(self._palette())

    def prefer(self, scheme: Qt.ColorScheme | None) -> None:
        """Uses this scheme whatever the system says; `None` follows the system again."""
        self._asked = scheme
        self._rebuild()

    @property
    def scale(self) -> float:
        """The system's font against the 14 pixels the sizes are written for; never below 1."""
        return self._scale

    @property
    def is_large(self) -> bool:
        """Whether the font is so large that the window must use one column."""
        return self._scale > COMPACT_SCALE

    @property
    def allows_motion(self) -> bool:
        """False when the person asked the system for less motion."""
        if self._access is None or not hasattr(self._access, "motionPreference"):  # Qt before 6.12 does not say
            return True
        return bool(self._access.motionPreference().name != "ReducedMotion")

    def enlarge(self) -> None:
        """Takes a font that is larger than the system's, for eyes at some distance."""
        usual, level = self._zoomed or (QFont(self._app.font()), 0)
        usual = _times(usual, LARGE_TEXT)
        self._zoomed = (usual, level) if level else None
        self._app.setFont(_times(usual, ZOOM[level]))
        self.follow_font()

    def zoom(self, steps: int) -> None:
        """Larger text by so many steps, or smaller where negative; 0 is the usual size again."""
        usual, level = self._zoomed or (QFont(self._app.font()), 0)
        level = 0 if steps == 0 else min(max(level + steps, 0), len(ZOOM) - 1)
        self._zoomed = (usual, level) if level else None
        self._app.setFont(_times(usual, ZOOM[level]))
        self.follow_font()
        self.zoomed.emit(level)

    def follow_font(self) -> None:
        """Takes over another system font; a window calls it, as a filter on the application would see every event."""
        if self._app.font() != self._font:
            self._rebuild()

    def font(self, role: Role, factor: float | None) -> QFont:
        """`font`, made once: finding a font that fits takes its time."""
        key = role, factor
        if key not in self._fonts:
            self._fonts[key] = _made_font(role, factor)
        return self._fonts[key]

    def _rebuild(self) -> None:
        self._font = self._app.font()
        self._fonts.clear()
        self.tokens = self._find_tokens()
        self._scale = self._find_scale()
        self._app.setPalette(self._palette())
        self.changed.emit()

    def _find_tokens(self) -> Tokens:
        if self._access is not None and self._access.contrastPreference() == Qt.ContrastPreference.HighContrast:
            return _of_palette(self._system_palette)
        scheme = self._asked or self._hints.colorScheme()
        if scheme == Qt.ColorScheme.Unknown:
            window = self._system_palette.color(QPalette.ColorRole.Window)
            return _of_table(window.lightness() < 128)
        return _of_table(scheme == Qt.ColorScheme.Dark)

    @property
    def body_size(self) -> tuple[float, int]:
        """The size of the system's font, in points and in pixels."""
        return self._body_size

    def _find_scale(self) -> float:
        info = QFontInfo(self._app.font())  # asked once for all roles: it takes its time
        self._body_size = info.pointSizeF(), info.pixelSize()
        return max(1.0, info.pixelSize() / BODY_PX)

    def _palette(self) -> QPalette:
        tokens = self.tokens
        palette = QPalette(tokens.button, tokens.page)
        role = QPalette.ColorRole
        colours = {
            role.Window: tokens.page,
            role.WindowText: tokens.ink,
            role.Base: tokens.card,
            role.AlternateBase: tokens.sunken,
            role.Text: tokens.ink,
            role.Button: tokens.button,
            role.ButtonText: tokens.ink,
            role.ToolTipBase: tokens.card,
            role.ToolTipText: tokens.ink,
            role.PlaceholderText: tokens.ink2,
            role.Highlight: tokens.fill,
            role.HighlightedText: tokens.fill_ink,
            role.Link: tokens.accent,
            role.LinkVisited: tokens.accent,
            role.Accent: tokens.accent,
        }
        for name, colour in colours.items():
            palette.setColor(name, colour)
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, tokens.off)
        return palette


_theme: Theme | None = None


def current() -> Theme:
    """The theme of the running QApplication, made at the first call."""
    global _theme
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a QApplication comes first")
    if _theme is None or _theme.parent() is not app:
        _theme = Theme(app)
    return _theme


def follow(widget: QObject, restyle: Callable[[], None]) -> None:
    """Calls `restyle` at every change for as long as the widget lives; a bound method can be connected without this."""
    connection = current().changed.connect(restyle)
    widget.destroyed.connect(lambda: QObject.disconnect(connection))


def tokens() -> Tokens:
    """The colours of the present scheme."""
    return current().tokens


def font(role: Role, *, factor: float | None = None) -> QFont:
    """The system's font in that role's size and weight, figures all of one width."""
    return QFont(current().font(role, factor))


def _made_font(role: Role, factor: float | None) -> QFont:
    size, weight = role.value
    made = QFont(QApplication.font())
    points, pixels = current().body_size
    smallest = SMALLEST_PX / pixels if pixels else 0.0
    made.setPointSizeF(points * max(factor or size, smallest))
    made.setWeight(weight)
    if role is Role.TITLE:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.02 * QFontInfo(made).pixelSize())
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def control(height: int) -> int:
    """The height of a control that is `height` at the usual font: grows by its text, not by its padding."""
    return height + round((current().scale - 1) * 20)


def mark(size: int) -> int:
    """The size of an icon or mark that is `size` at the usual font: grows, but slower than text."""
    return round(size * (1 + 0.36 * (current().scale - 1)))


def animates() -> bool:
    """Whether things may move."""
    from PySide6.QtWidgets import QStyle  # its enums take as long as a page

    return current().allows_motion and QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


def text_width(font: QFont, text: str) -> int:
    """How wide the text is drawn, in whole pixels."""
    advance = QFontMetrics(font).horizontalAdvance(text)
    # Letters that join come out wider than Qt tells by up to two hundredths.
    return advance + advance // 40 + 1 if any(_FIRST_JOINED <= letter <= _LAST_JOINED for letter in text) else advance


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None,
    line: QColor | None = None,
    width: float = 1,
) -> None:
    """Paints a rounded box with its line inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inset = width / 2 if line is not None else 0
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius - inset, radius - inset)


def tick(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    """Paints the tick of a disc that is `size` wide; stroke 3 on the 24-unit grid."""
    _strokes(painter, centre, size, colour, (((7.2, 12.4), (10.6, 15.7)), ((10.6, 15.7), (16.8, 9.0))))


def cross(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    """Paints the cross of a disc that is `size` wide."""
    _strokes(painter, centre, size, colour, (((8.4, 8.4), (15.6, 15.6)), ((15.6, 8.4), (8.4, 15.6))))


def dash(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    """Paints the dash of a disc that is `size` wide."""
    _strokes(painter, centre, size, colour, (((8, 12), (16, 12)),))


Line = tuple[tuple[float, float], tuple[float, float]]


def _strokes(painter: QPainter, centre: QPointF, size: float, colour: QColor, lines: tuple[Line, ...]) -> None:
    unit = size / 24
    pen = QPen(colour, 2.6 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)

    def place(point: tuple[float, float]) -> QPointF:
        return QPointF(centre.x() + (point[0] - 12) * unit, centre.y() + (point[1] - 12) * unit)

    for start, end in lines:
        painter.drawLine(place(start), place(end))
