"""Loads a language's translations: compiled ones, or the translators' own file where that was edited since.

`resources/locale/TAG/mailwright.po` is the source; `mailwright.json.gz` beside it is made by packaging/compile.py and
believed while it names the digest of the source. A bundle holds compiled files alone. JSON loads in a quarter of the
time that the standard library takes for gettext's own form: a language may cost 10 ms of the start.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from wizard import assets

SOURCE_FILE: Final = "mailwright.po"
COMPILED: Final = "mailwright.json.gz"
_GZIP: Final = 31  # zlib's window bits for a gzip file
_MAX_BYTES: Final = 16 * 1024 * 1024  # of compiled translations; a pack's may be a stranger's


class Catalogue:
    """The translations of one language by what po.key_of makes of their texts; a plural has a list of forms.

    Args:
        texts: what is translated, and nothing else.
        plural: which of the forms a number takes, as a .po header says it in C.
    """

    def __init__(self, texts: Mapping[str, str | list[str]], plural: str) -> None:
        self._texts = texts
        self._plural = plural
        self._form_of: Callable[[int], int] | None = None

    def gettext(self, message: str) -> str:
        """The translation; the text itself where there is none."""
        said = self._texts.get(message)
        return said if isinstance(said, str) else message

    def pgettext(self, context: str, message: str) -> str:
        """The translation of the text in this context; the text itself where there is none."""
        said = self._texts.get(f"{context}\x04{message}")
        return said if isinstance(said, str) else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation for so many; one of the texts where there is none."""
        said = self._texts.get(f"{msgid1}\0{msgid2}")
        if not isinstance(said, list):
            return msgid1 if n == 1 else msgid2
        if self._form_of is None:
            from gettext import c2py  # reads the C of the header, and nothing but that

            self._form_of = c2py(self._plural)
        return said[min(self._form_of(n), len(said) - 1)]


def folder_of(tag: str) -> Path:
    """Where a language's files are."""
    return assets.resources() / "locale" / tag


def load(folder: Path, more: Iterable[Path] = ()) -> Catalogue | None:
    """The translations in this folder, those of the folders `more` before them; `None` where none can be read."""
    documents = [document for each in (*more, folder) if (document := _document(each)).get("texts")]
    if not documents:
        return None
    texts: dict[str, str | list[str]] = {}
    for document in reversed(documents):
        texts |= document["texts"]
    return Catalogue(texts, documents[-1]["plural"])


def compiled(folder: Path) -> bytes:
    """What `mailwright.json.gz` of this folder must hold: the same bytes for the same source.

    Raises:
        PoError: the source is not valid, naming the line.
        OSError: it cannot be read.
    """
    import gzip

    document = _read((folder / SOURCE_FILE).read_bytes())
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def _document(folder: Path) -> dict[str, Any]:
    try:
        source: bytes | None = (folder / SOURCE_FILE).read_bytes()
    except OSError:
        source = None
    try:
        found: dict[str, Any] = json.loads(_unpacked((folder / COMPILED).read_bytes()))
        if found["plural"] and (source is None or found["source"] == _digest(source)):
            return found
    except (OSError, ValueError, LookupError, TypeError, zlib.error):
        pass
    try:
        return _read(source) if source is not None else {}
    except ValueError:
        return {}


def _unpacked(content: bytes) -> bytes:
    gzip = zlib.decompressobj(_GZIP)
    unpacked = gzip.decompress(content, _MAX_BYTES)
    if not gzip.eof:
        raise ValueError  # too large, or cut short
    return unpacked


def _read(source: bytes) -> dict[str, Any]:
    from wizard.language.po import key_of, read_po

    entries = read_po(source.decode("utf-8"))
    header = next((entry.said[0] for entry in entries if not entry.source and entry.said), "")
    return {
        "source": _digest(source),
        "plural": header.partition("; plural=")[2].partition(";")[0],  # "nplurals=2; plural=(n != 1);"
        "texts": {
            key_of(entry): list(entry.said) if entry.plural is not None else entry.said[0]
            for entry in entries
            if entry.source and entry.is_translated
        },
    }


def _digest(source: bytes) -> str:
    import hashlib

    return hashlib.blake2b(source, digest_size=16).hexdigest()
