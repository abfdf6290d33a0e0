"""Which language is spoken: what the person says goes before what was kept, what the pack wants, and the system.

Where nothing is translated into a language yet, English is spoken: sentences of one language and dates of another
would not be good in either.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from wizard.language import MIRRORED, SOURCE, Translations, speak, speaking, spoken

VARIABLE: Final = "MAILWRIGHT_LANGUAGE"
PSEUDO: Final = "qps-ploc"  # Microsoft's tag for a language made of marked English, which shows what is not translated


# Each language by its tag (BCP 47), in its own name.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "English",
        "de": "Deutsch",
        "fr": "Français",
        "es": "Español",
        "it": "Italiano",
        "pt-BR": "Português (Brasil)",
        "nl": "Nederlands",
        "pl": "Polski",
        "ja": "日本語",
        "zh-Hans": "简体中文",
        "ar": "العربية",
    }
)
_TRADITIONAL: Final = frozenset(
    {"hant", "tw", "hk", "mo"}
)  # Chinese that readers of the simplified script do not write


class By(IntEnum):
    """Who chose a language, the strongest last."""

    SYSTEM = 0
    PACK = 1
    KEPT = 2  # in the window, an earlier time
    GIVEN = 3  # with --language or in the environment
    PERSON = 4  # in the window, now


_chosen_by: By | None = None
_packs: tuple[Path, ...] = ()  # folders with a folder for each language, as resources/locale is one


def also_from(folders: tuple[Path, ...]) -> None:
    """What these folders of helpdesk packs translate is said in their words from now on, in whichever language."""
    global _packs
    if folders == _packs:
        return
    _packs = folders
    if spoken() not in (SOURCE, PSEUDO, MIRRORED):
        _speak(spoken())


def begin(given: str | None, *, for_scripts: bool = False) -> None:
    """The choice at the program's start, before anything is said.

    Args:
        given: what --language says.
        for_scripts: somebody reads it who must find the same words on every computer: English, unless `given`.

    Raises:
        ValueError: `given` is no language that is spoken here; the message is its name.
    """
    global _chosen_by, _packs
    _chosen_by, _packs = None, ()
    if given is not None:
        if best([given]) is None:
            raise ValueError(given)
        choose(given, By.GIVEN)
        return
    if for_scripts:
        choose(SOURCE, By.GIVEN)
        return
    wanted = os.environ.get(VARIABLE)
    if wanted and best([wanted]) is not None:
        choose(wanted, By.GIVEN)
        return
    choose(best(system_languages()) or SOURCE, By.SYSTEM)


def may_choose(by: By) -> bool:
    """Whether no stronger voice has chosen already."""
    return _chosen_by is None or by >= _chosen_by


def choose(tag: str, by: By) -> bool:
    """Speaks the language that fits `tag`, unless a stronger voice has chosen already; whether that was done."""
    global _chosen_by
    found = best([tag])
    if found is None or not may_choose(by):
        return False
    _chosen_by = by
    _speak(found)
    return True


def best(wanted: Iterable[str]) -> str | None:
    """The tag of the first wanted language that is spoken here: "de_AT.UTF-8" is "de"; `None` where none is."""
    for tag in wanted:
        found = _fitting(tag)
        if found is not None:
            return found
    return None


def _fitting(tag: str) -> str | None:
    subtags = tag.split(".")[0].split("@")[0].replace("_", "-").lower().split("-")
    if (whole := "-".join(subtags)) in (PSEUDO, MIRRORED):
        return whole
    if subtags[0] == "zh":
        return "zh-Hans" if "hans" in subtags or not _TRADITIONAL.intersection(subtags) else None
    return next((known for known in LANGUAGES if known.split("-")[0] == subtags[0]), None)


def said_in(tag: str | None) -> AbstractContextManager[None]:
    """What this thread says inside is said in that language, where it is spoken here; `None` changes nothing.

    For a letter to somebody who reads another language than the person at the window.
    """
    found = best([tag]) if tag is not None else None
    if found is None or found == spoken():
        return nullcontext()
    return speaking(*_voice_of(found))


def _speak(tag: str) -> None:
    speak(*_voice_of(tag))


def _voice_of(tag: str) -> tuple[str, Translations | None]:
    if tag == SOURCE:
        return SOURCE, None
    if tag in (PSEUDO, MIRRORED):
        from wizard.language.pseudo import MirroredTranslations, PseudoTranslations

        return tag, PseudoTranslations() if tag == PSEUDO else MirroredTranslations()
    from wizard.language.catalogues import folder_of, load

    translations = load(folder_of(tag), [folder / tag for folder in _packs])
    return (tag if translations is not None else SOURCE), translations


def system_languages() -> tuple[str, ...]:
    """The languages the person set in the system, as it names them, the first one first."""
    if sys.platform == "win32":
        return _windows_languages()
    if sys.platform == "darwin" and (found := _apple_languages()):
        return found
    return languages_of(os.environ)


def languages_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What a POSIX system's variables say; LANGUAGE counts where a language is set at all (gettext's manual, 2.3)."""
    set_to = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    if set_to.split(".")[0] in ("", "C", "POSIX"):
        return (SOURCE,)
    return (*filter(None, environment.get("LANGUAGE", "").split(":")), set_to)


def _windows_languages() -> tuple[str, ...]:
    if sys.platform == "win32":
        import ctypes
        import locale

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return (locale.windows_locale.get(number, SOURCE),)
    return ()


def _apple_languages() -> tuple[str, ...]:
    """The list of System Settings, which a program that was not started in a terminal has from nowhere else."""
    import ctypes

    try:
        core = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
        core.CFLocaleCopyPreferredLanguages.restype = ctypes.c_void_p
        core.CFArrayGetCount.argtypes = [ctypes.c_void_p]
        core.CFArrayGetCount.restype = ctypes.c_long
        core.CFArrayGetValueAtIndex.argtypes = [ctypes.c_void_p, ctypes.c_long]
        core.CFArrayGetValueAtIndex.restype = ctypes.c_void_p
        core.CFStringGetCString.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_long, ctypes.c_uint32]
        core.CFStringGetCString.restype = ctypes.c_bool
        core.CFRelease.argtypes = [ctypes.c_void_p]
        listed = core.CFLocaleCopyPreferredLanguages()
        if not listed:
            return ()
        found = []
        for place in range(core.CFArrayGetCount(listed)):
            text = ctypes.create_string_buffer(64)
            if core.CFStringGetCString(core.CFArrayGetValueAtIndex(listed, place), text, 64, 0x08000100):  # UTF-8
                found.append(text.value.decode())
        core.CFRelease(listed)
        return tuple(found)
    except (OSError, AttributeError, UnicodeDecodeError):
        return ()
