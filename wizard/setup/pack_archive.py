"""A helpdesk pack as it came: a .zip is unpacked once, into a folder of this user's, by what is in it; of a folder that
somebody else made, nothing is opened but ordinary files, and no more than an archive may hold."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.model.text import inert
from wizard.text_file import read_bytes

MAX_ARCHIVE: Final = 8 * 1024 * 1024
MAX_UNPACKED: Final = 32 * 1024 * 1024
MAX_FILES: Final = 2000
# What a pack may hold; all else stays in the archive.
KINDS: Final = frozenset({".toml", ".png", ".txt", ".md", ".po"})
# What Windows takes for a device, whatever follows the first dot.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_FOLDERS: Final = frozenset({"presets", "diagnoses", "locale"})  # a pack may hold one of these and nothing else
_OF_FOLDERS: Final = frozenset({"diagnoses", "locale"})  # by stage, by language
_KINDS_READ: Final = KINDS | {".json", ".jsonl"}  # of those beside helpdesk.toml: presets may be compiled


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
    if not os.path.isdir(target):
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
            if not os.path.isdir(target):  # another program was quicker
                told = error.strerror or type(error).__name__
                raise ResourceError(
                    tr("The helpdesk pack {pack} cannot be unpacked: {reason}.", pack=path.name, reason=told)
                ) from None
    held = list(target.iterdir())
    return held[0] if len(held) == 1 and os.path.isdir(held[0]) and held[0].name not in _FOLDERS else target


def expect_ordinary_files(pack: Path, root: Path) -> None:
    """Says at once what in the pack's folder `root` cannot be read, or is too much.

    A pipe would be waited for, and what lies in a locked folder would be missing without a word.

    Raises:
        ResourceError: it names the pack and the file.
        UsageError: it names the folder that this user may not open.
    """
    left, number = MAX_UNPACKED, 0
    folders = [root, *(root / name for name in sorted(_FOLDERS))]
    while folders:
        folder = folders.pop(0)
        try:
            names = os.listdir(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            raise locked(pack, folder) from None
        for path in map(folder.joinpath, names):
            if folder == root and path.suffix.lower() not in _KINDS_READ:
                continue
            left -= expect_ordinary(pack, path, path.relative_to(root).as_posix())
            number += 1
            if left < 0 or number > MAX_FILES:
                raise _too_large(pack)
            if folder.parent == root and folder.name in _OF_FOLDERS and os.path.isdir(path):
                folders.append(path)


def locked(pack: Path, place: Path) -> UsageError:
    """What is said of a pack of which this user may not open a part, or what it lies in."""
    return UsageError(
        tr("The helpdesk pack {pack} cannot be read: this user may not open {place}.", pack=pack.name, place=place)
    )


def expect_ordinary(pack: Path, path: Path, name: str) -> int:
    """The size of the pack's file called `name`, in bytes; 0 where there is none, which whoever reads it says.

    Raises:
        ResourceError: it is a pipe, a device or a socket, or leads to one.
        UsageError: a folder on the way is locked.
    """
    try:
        found = os.stat(path)
    except PermissionError:
        raise locked(pack, path) from None
    except (OSError, ValueError):
        return 0
    if stat.S_ISDIR(found.st_mode):
        return 0
    if not stat.S_ISREG(found.st_mode):
        raise ResourceError(
            tr(
                "The helpdesk pack {pack} holds {name}, which is no ordinary file.",
                pack=pack.name or pack,
                name=inert(name),
            )
        )
    return found.st_size


def _too_large(path: Path) -> ResourceError:
    return ResourceError(tr("The helpdesk pack {pack} is too large.", pack=path.name))


def _unpack(path: Path, content: bytes, target: Path) -> None:
    target.mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not all(member.filename for member in archive.infolist()):
            raise zipfile.BadZipFile  # which newer versions of Python take for the folder itself
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise _too_large(path)
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
            raise NotImplementedError  # no file manager makes others
        left = MAX_UNPACKED
        seen: set[str] = set()
        for member in members:
            name = PurePosixPath(member.filename.replace("\\", "/"))
            if (
                name.is_absolute()
                or ".." in name.parts
                or ":" in member.filename
                or any(map(_DEVICE.match, name.parts))
            ):
                raise ResourceError(tr("The helpdesk pack {pack} holds a name that leads out of it.", pack=path.name))
            if name.suffix.lower() not in KINDS or name.parts[0] == "__MACOSX":
                continue
            # Two entries of one name, as any system sees it: which of them counts would be the reader's choice.
            called = unicodedata.normalize("NFC", name.as_posix()).casefold()
            if called in seen:
                raise ResourceError(
                    tr("The helpdesk pack {pack} holds {name} twice.", pack=path.name, name=inert(name.as_posix()))
                )
            seen.add(called)
            place = target.joinpath(*name.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as file:
                member_content = file.read(left + 1)  # what an archive says of its sizes need not be true
            left -= len(member_content)
            if left < 0:
                raise _too_large(path)
            place.write_bytes(member_content)
