"""A QR code, painted module by module: dark on white in every scheme, with the quiet zone a camera needs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from wizard.gui import theme
from wizard.language import tr

MODULE: Final = 3
QUIET_ZONE: Final = 4  # modules, ISO/IEC 18004 §6.3.8
_DARK: Final = QColor("#101216")
_LIGHT: Final = QColor("#FFFFFF")


def matrix_of(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the smallest code that holds `text`, dark ones true, without a quiet zone."""
    import segno

    code = segno.make(text, micro=False, encoding="utf-8", boost_error=True)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


class QrCode(QLabel):
    """Shows one code; as large as the code needs, so that every module is whole pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("qr-code")
        self.setAccessibleName(tr("QR code with the settings, without your password"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._matrix: tuple[tuple[bool, ...], ...] = ()
        self._module = MODULE

    def show_text(self, text: str, *, fits_in: int = 0) -> None:
        """Shows the code of this text; larger than usual where it `fits_in` so many pixels."""
        self._matrix = matrix_of(text)
        self._module = max(MODULE, fits_in // (len(self._matrix) + 2 * QUIET_ZONE))
        self.updateGeometry()
        self.update()

    @property
    def matrix(self) -> tuple[tuple[bool, ...], ...]:
        """The modules shown."""
        return self._matrix

    def sizeHint(self) -> QSize:
        """Modules and quiet zone."""
        side = (len(self._matrix) + 2 * QUIET_ZONE) * self._module
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """A code cannot be squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """White card, dark modules; runs of dark modules in one stroke leave no seams."""
        painter = QPainter(self)
        tokens = theme.tokens()
        theme.rounded(painter, QRectF(self.rect()), 8, _LIGHT, None if tokens.is_dark else tokens.hair)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_DARK)
        for y, row in enumerate(self._matrix):
            start = None
            for x, dark in enumerate((*row, False)):
                if dark and start is None:
                    start = x
                elif not dark and start is not None:
                    left, top = (start + QUIET_ZONE) * self._module, (y + QUIET_ZONE) * self._module
                    painter.drawRect(left, top, (x - start) * self._module, self._module)
                    start = None
