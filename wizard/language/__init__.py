"""The texts that people read, in the language they are spoken to in.

English is written in the code and is what stands where a translation is missing. A text is one whole sentence (or one
label) with named placeholders: `tr("Signing in to {host}", host=host)`. What is defined where a module is read is
marked by `tr_later` and translated by `tr` when it is shown, for the language can change meanwhile.

Not translated: ids, object names, protocol words, hosts and addresses, what a server said, logs, the values in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

SOURCE: Final = "en"
MIRRORED: Final = "qps-plocm"  # the pseudo-language that is read from right to left
RIGHT_TO_LEFT: Final = frozenset({"ar", MIRRORED})
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"  # Unicode's FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE


class Translations(Protocol):
    """What the standard library's `gettext.NullTranslations` offers and this module asks."""

    def gettext(self, message: str) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...
    def pgettext(self, context: str, message: str) -> str: ...


_Voice = tuple[str, Translations | None]
_everywhere: _Voice = (SOURCE, None)
_here: ContextVar[_Voice | None] = ContextVar("here", default=None)
_isolates: bool = False


def _voice() -> _Voice:
    return _here.get() or _everywhere


def spoken() -> str:
    """The tag of the language that is spoken now, such as "en", "pt-BR" or "zh-Hans"."""
    return _voice()[0]


def speak(tag: str, translations: Translations | None = None) -> None:
    """From now on texts come in the language `tag`, as far as `translations` has them; without any they are English."""
    global _everywhere
    _everywhere = tag, translations


@contextmanager
def speaking(tag: str, translations: Translations | None = None) -> Iterator[None]:
    """As `speak`, for what this thread or task says inside the block; everybody else goes on as before."""
    before = _here.set((tag, translations))
    try:
        yield
    finally:
        _here.reset(before)


def isolate(on: bool) -> None:
    """Whether marks around what is filled in keep its direction, in languages that are read from right to left.

    They are for a window, which follows them. A terminal shows them as signs, and a script finds them in its words.
    """
    global _isolates
    _isolates = on


def tr(message: str, /, **values: object) -> str:
    """The text in the language spoken now, its named placeholders filled in."""
    translations = _voice()[1]
    return _filled(message if translations is None else translations.gettext(message), message, values)


def tr_later(message: str) -> str:
    """The text as it is: marked for the translators here, translated by `tr` where it is shown."""
    return message


def tr_plural(one: str, many: str, n: int, /, **values: object) -> str:
    """The text for `n` things, which both texts may name as {n}: `tr_plural("{n} row", "{n} rows", len(rows))`."""
    source = one if n == 1 else many
    translations = _voice()[1]
    said = source if translations is None else translations.ngettext(one, many, n)
    return _filled(said, source, {"n": n, **values})


def tr_context(context: str, message: str, /, **values: object) -> str:
    """`tr` for a word that means different things in different places, and for the texts of the data files.

    `context` is told to the translators: a cause's id and key, a provider's, or a word such as "stage".
    """
    translations = _voice()[1]
    said = message if translations is None else translations.pgettext(context, message)
    return _filled(said, message, values)


def _filled(said: str, source: str, values: dict[str, object]) -> str:
    if not values:
        return said
    if _isolates and spoken() in RIGHT_TO_LEFT:
        values = {name: kept_apart(str(value)) for name, value in values.items()}
    try:
        return said.format(**values)
    except (LookupError, ValueError):  # a translation that names what is not there
        return source.format(**values)


def kept_apart(text: str) -> str:
    """The text as it is put into a sentence or a list: isolated where that is asked for and read from right to left."""
    return isolated(text) if _isolates and spoken() in RIGHT_TO_LEFT else text


def isolated(text: str) -> str:
    """The text so that its letters keep their own direction inside a sentence: a host or an address in Arabic words."""
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}"


def without_isolates(text: str) -> str:
    """The text without those marks, for what is sent, copied or kept as plain text."""
    if not (_isolates and spoken() in RIGHT_TO_LEFT):
        return text
    return text.replace(_ISOLATE, "").replace(_END_OF_ISOLATE, "")
