"""The language that is spoken, as Qt has to know it: the direction of reading, and Qt's words in its own dialogs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLibraryInfo, Qt, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from wizard.language import RIGHT_TO_LEFT, SOURCE, isolate, spoken

_QT_NAMES: Final = {"pt-BR": "pt_BR", "zh-Hans": "zh_CN"}
# What is not written in Latin letters, and its name in them: where there is no font, its own cannot be read either.
_SCRIPTS: Final = {
    "ja": (QFontDatabase.WritingSystem.Japanese, "Japanese"),
    "zh-Hans": (QFontDatabase.WritingSystem.SimplifiedChinese, "Chinese"),
    "ar": (QFontDatabase.WritingSystem.Arabic, "Arabic"),
}
_installed: list[QTranslator] = []


def direction() -> Qt.LayoutDirection:
    """The direction in which the language spoken now is read."""
    if spoken() in RIGHT_TO_LEFT:
        return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight


def missing_font(tag: str) -> str | None:
    """The English name of a language that this computer has no font for, so that only boxes would be seen."""
    script, name = _SCRIPTS.get(tag, (None, tag))
    return name if script is not None and not QFontDatabase.families(script) else None


def follow() -> None:
    """Everything is read in the direction of the language spoken now, and Qt's own dialogs speak it."""
    isolate(True)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    while _installed:
        app.removeTranslator(_installed.pop())
    if spoken() != SOURCE:
        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{_QT_NAMES.get(spoken(), spoken())}", folder):
            app.installTranslator(translator)
            _installed.append(translator)
    app.setLayoutDirection(direction())
