"""A helpdesk pack that came as one .zip: unpacked once, into a folder of this user's, by what is in it."""

from __future__ import annotations

import hashlib
import io
import shutil
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from wizard.errors import ResourceError
from wizard.language import tr
from wizard.text_file import read_bytes

MAX_ARCHIVE: Final = 8 * 1024 * 1024
MAX_UNPACKED: Final = 32 * 1024 * 1024
MAX_FILES: Final = 2000
# What a pack may hold; all else stays in the archive.
_KINDS: Final = frozenset({".toml", ".png", ".txt", ".md", ".po"})


def unpacked(path: Path) -> Path:
    """The folder in which the pack lies now; one that is known already is not unpacked again.

    An archive may have one folder around all of it, as file managers make them.

    Raises:
        UsageError: the file cannot be read.
        ResourceError: it is no archive, is too large, or holds names that lead out of it.
    """
    import platformdirs

    content = read_bytes(path, limit_bytes=MAX_ARCHIVE)
    if len(content) > MAX_ARCHIVE:
        raise _too_large(path)
    folder = platformdirs.user_cache_path("mailwright", appauthor=False) / "packs"
    target = folder / hashlib.sha256(content).hexdigest()[:32]
    if not target.is_dir():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                _unpack(path, content, Path(temporary) / "pack")
                shutil.move(Path(temporary) / "pack", target)
        except (
            zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError,
            LookupError, OverflowError,
        ):  # fmt: skip
            # Broken, with a password, or with names that are no text or none at all.
            raise ResourceError(
                tr("The helpdesk pack {pack} cannot be unpacked: make it anew as a plain .zip.", pack=path.name)
            ) from None
        except OSError as error:
            if not target.is_dir():  # another program was quicker
                told = error.strerror or type(error).__name__
                raise ResourceError(
                    tr("The helpdesk pack {pack} cannot be unpacked: {reason}.", pack=path.name, reason=told)
                ) from None
    held = list(target.iterdir())
    return held[0] if len(held) == 1 and held[0].is_dir() and held[0].name not in ("presets", "diagnoses") else target


def _too_large(path: Path) -> ResourceError:
    return ResourceError(tr("The helpdesk pack {pack} is too large.", pack=path.name))


def _unpack(path: Path, content: bytes, target: Path) -> None:
    target.mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise _too_large(path)
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
            raise NotImplementedError  # no file manager makes others
        left = MAX_UNPACKED
        for member in members:
            name = PurePosixPath(member.filename.replace("\\", "/"))
            if name.is_absolute() or ".." in name.parts or ":" in member.filename:
                raise ResourceError(tr("The helpdesk pack {pack} holds a name that leads out of it.", pack=path.name))
            if name.suffix.lower() not in _KINDS or name.parts[0] == "__MACOSX":
                continue
            place = target.joinpath(*name.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as file:
                member_content = file.read(left + 1)  # what an archive says of its sizes need not be true
            left -= len(member_content)
            if left < 0:
                raise _too_large(path)
            place.write_bytes(member_content)
