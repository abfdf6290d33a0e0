"""Loads a language's translations: compiled ones, or the translators' own file where that was edited since.

`resources/locale/TAG/mailwright.po` is the source; `mailwright.mo.gz` beside it is made by packaging/compile.py and
believed while its note is the digest of the source. A bundle holds compiled files alone.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import Final

from wizard import assets
from wizard.language.po import mo_of, read_po

SOURCE_FILE: Final = "mailwright.po"
COMPILED: Final = "mailwright.mo.gz"
_GZIP: Final = 31  # zlib's window bits for a gzip file; the module gzip itself takes longer to import than to read


def folder_of(tag: str) -> Path:
    """Where a language's files are."""
    return assets.resources() / "locale" / tag


def load(folder: Path) -> gettext.GNUTranslations | None:
    """The translations in this folder; `None` where there are none, or none that can be read."""
    try:
        source: bytes | None = (folder / SOURCE_FILE).read_bytes()
    except OSError:
        source = None
    try:
        found = _translations(zlib.decompress((folder / COMPILED).read_bytes(), _GZIP))
    except (OSError, ValueError, zlib.error):
        found = None
    if source is not None and (found is None or found.info().get("x-source") != _digest(source)):
        try:
            found = _translations(_mo(source))
        except ValueError:
            return None
    # The header is an entry too: with nothing beside it there is nothing to say in this language.
    return found if found is not None and len(found._catalog) > 1 else None  # type: ignore[attr-defined]


def compiled(folder: Path) -> bytes:
    """What `mailwright.mo.gz` of this folder must hold: the same bytes for the same source.

    Raises:
        PoError: the source is not valid, naming the line.
        OSError: it cannot be read.
    """
    return gzip.compress(_mo((folder / SOURCE_FILE).read_bytes()), mtime=0)


def _mo(source: bytes) -> bytes:
    return mo_of(read_po(source.decode("utf-8")), note=_digest(source))


def _translations(mo: bytes) -> gettext.GNUTranslations:
    try:
        return gettext.GNUTranslations(io.BytesIO(mo))
    except Exception as error:  # gettext raises what the damage leads to: struct.error, UnicodeError, IndexError …
        raise ValueError("no .mo file") from error


def _digest(source: bytes) -> str:
    return hashlib.blake2b(source, digest_size=16).hexdigest()
