"""How a new card comes in: from under a veil that fades."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from wizard.gui import theme

_FADE_MS: Final = 160


class Veil(QWidget):
    """Lies over a new card and fades away; a graphics effect would repaint every child through a pixmap."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(over.rect())
        self._left = 1.0
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(1.0)
        self._motion.setEndValue(0.0)
        self._motion.setDuration(_FADE_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._thin)
        self._motion.finished.connect(self.deleteLater)
        self.show()
        self.raise_()
        self._motion.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The page's colour, ever thinner."""
        colour = QColor(theme.tokens().page)
        colour.setAlphaF(self._left)
        QPainter(self).fillRect(self.rect(), colour)

    def _thin(self, value: object) -> None:
        self._left = float(value) if isinstance(value, float) else 0.0
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.update()
