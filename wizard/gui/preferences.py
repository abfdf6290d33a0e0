"""What a person set in the window and finds again at the next start; nothing secret, nothing about an account."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QSettings

from wizard.gui.theme import ZOOM

_EVERY_STEP: Final = "every-step"
_ZOOM: Final = "zoom"
_LANGUAGE: Final = "language"
_NEWER: Final = "newer-versions"
_LOOKED: Final = "newer-versions-looked"


class Preferences:
    """Reads and writes `settings`, for which nothing that stands in them is too odd: then the usual is given."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @classmethod
    def of_this_computer(cls) -> Preferences:
        """Those of whoever is signed in here: `mailwright/window.ini` where the system keeps people's settings."""
        form, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        return cls(QSettings(form, scope, "mailwright", "window"))

    @property
    def every_step(self) -> bool:
        """Whether each page is shown, also where nothing is to be decided."""
        return bool(self._settings.value(_EVERY_STEP) == "true")

    @every_step.setter
    def every_step(self, shown: bool) -> None:
        self._keep(_EVERY_STEP, "true" if shown else None)

    @property
    def zoom(self) -> int:
        """The step of `theme.ZOOM`; 0 is the usual size."""
        kept = self._settings.value(_ZOOM)
        return int(kept) if kept in [str(step) for step in range(len(ZOOM))] else 0

    @zoom.setter
    def zoom(self, step: int) -> None:
        self._keep(_ZOOM, str(step) if step else None)

    @property
    def language(self) -> str | None:
        """The tag of the language that was chosen; `None` where the person left it to the system."""
        kept = self._settings.value(_LANGUAGE)
        return kept if isinstance(kept, str) else None

    @language.setter
    def language(self, tag: str) -> None:
        self._keep(_LANGUAGE, tag)

    @property
    def looks_for_newer(self) -> bool:
        """Whether newer versions of the program are looked for."""
        return bool(self._settings.value(_NEWER) == "true")

    @looks_for_newer.setter
    def looks_for_newer(self, wanted: bool) -> None:
        self._keep(_NEWER, "true" if wanted else None)
        if not wanted:
            self._keep(_LOOKED, None)

    @property
    def looked_for_newer(self) -> date | None:
        """The day on which that was done last."""
        kept = self._settings.value(_LOOKED)
        try:
            return date.fromisoformat(kept) if isinstance(kept, str) else None
        except ValueError:
            return None

    @looked_for_newer.setter
    def looked_for_newer(self, day: date) -> None:
        self._keep(_LOOKED, day.isoformat())

    def _keep(self, name: str, value: str | None) -> None:
        """Written at once: the next window may be another process. What is as usual is not kept."""
        if value is None:
            self._settings.remove(name)
        else:
            self._settings.setValue(name, value)
        self._settings.sync()
