"""The language that is spoken, as Qt has to know it: the direction of reading, and Qt's words in its own dialogs."""

from __future__ import annotations

import os
from typing import Final

from PySide6.QtCore import QLibraryInfo, Qt, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from wizard import assets
from wizard.language import RIGHT_TO_LEFT, SOURCE, isolate, spoken

_QT_NAMES: Final = {"pt-BR": "pt_BR", "zh-Hans": "zh_CN"}
# What is not written in Latin letters, and its name in them: where there is no font, its own cannot be read either.
_SCRIPTS: Final = {
    "ja": (QFontDatabase.WritingSystem.Japanese, "Japanese"),
    "zh-Hans": (QFontDatabase.WritingSystem.SimplifiedChinese, "Chinese"),
    "ar": (QFontDatabase.WritingSystem.Arabic, "Arabic"),
}
_installed: list[tuple[QTranslator, bytes]] = []


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
        app.removeTranslator(_installed.pop()[0])
    if spoken() != SOURCE:
        translator = QTranslator(app)
        words = _packed_words()
        if translator.load(words) if words else translator.load(_qt_name(), _qt_folder()):
            app.installTranslator(translator)
            _installed.append((translator, words))  # Qt reads from these bytes as long as it is installed
    app.setLayoutDirection(direction())


def _packed_words() -> bytes:
    """Qt's words as packaging/mailwright.spec packs them, in a third of the room; empty outside of a bundle."""
    packed = assets.resources() / "qt" / f"{_qt_name()}.qm.gz"
    if not os.path.exists(packed):
        return b""
    import gzip

    return gzip.decompress(packed.read_bytes())


def _qt_name() -> str:
    return f"qtbase_{_QT_NAMES.get(spoken(), spoken())}"


def _qt_folder() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
