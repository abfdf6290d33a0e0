"""Tells assistive technology that all of a switch, tile or segment can be pressed, not only its words.

Qt reports, as the place of a check box or radio button, what the style says of a mark with words beside it. Ours draw
themselves and take a press anywhere (`hitButton`), so magnifiers and voice control must point at the whole.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleOption, QWidget

_PRESSED = (QStyle.SubElement.SE_CheckBoxClickRect, QStyle.SubElement.SE_RadioButtonClickRect)


class _WholeRect(QProxyStyle):
    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        if element in _PRESSED:
            return QRect(option.rect)
        return self.baseStyle().subElementRect(element, option, widget)


@cache
def _style() -> _WholeRect:
    made = _WholeRect()
    made.setParent(QApplication.instance())  # goes before the application does
    return made


def tell_whole_rect(widget: QWidget) -> None:
    """From now on the widget's place is all of it."""
    widget.setStyle(_style())
