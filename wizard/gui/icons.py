"""Our own icons, drawn in any colour and sharp at every pixel ratio."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from wizard.assets import resources

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

# What points where one reads on, or back.
_ALONG_THE_LINE: Final = frozenset({"arrow-right", "chevron-right", "send", "undo", "list"})


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _pixmap(name: str, colour: str, pixels: int) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    svg = _source(name).replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    made = QPixmap(pixels, pixels)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return made


def pixmap(name: str, colour: QColor, size: int, ratio: float) -> QPixmap:
    """The icon `size` logical pixels wide for a screen with that pixel ratio."""
    made = QPixmap(_pixmap(name, colour.name(), round(size * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


def draw(painter: QPainter, name: str, left: float, top: float, size: int, colour: QColor) -> None:
    """Paints the icon with its corner at (left, top); where one reads from right to left its arrow points left."""
    ratio = painter.device().devicePixelRatioF()
    pixels = round(size * ratio)
    corner = QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, size, size)
    mirrored = name in _ALONG_THE_LINE and painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
    if mirrored:
        painter.save()
        painter.translate(2 * corner.center().x(), 0)
        painter.scale(-1, 1)
    painter.drawPixmap(corner, _pixmap(name, colour.name(), pixels), QRectF(0, 0, pixels, pixels))
    if mirrored:
        painter.restore()


def application_icon() -> QIcon:
    """The icon of the program, for the title bar and the task list."""
    from PySide6.QtGui import QIcon  # not before the window is seen: its enums take time

    made = QIcon()
    for pixels in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_pixmap("mailwright", "#000000", pixels))
    return made
