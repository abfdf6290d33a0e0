"""Reads the TOML files that people write for Mailwright: presets, causes, packs, practice accounts.

Whatever a file holds, the answer is a value of the kind asked for or a sentence that names the file and the key. A file
may come from a stranger, so its size, depth and numbers have limits, and a key that nobody knows is a mistake, not
silence.

    table = read_toml(path)
    name = table.text("name")
    status = table.member("status", Status)
    table.end()  # every key must have been asked for
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.language.formats import or_list
from wizard.text_file import decoded, read_bytes

MAX_BYTES: Final = 512 * 1024
MAX_DEPTH: Final = 8
MAX_TEXT: Final = 20_000
_LARGEST: Final = 2**53  # larger whole numbers are nowhere meant

# tomllib's work grows with the square of a dotted key's length; no file of ours has a key of more than three parts.
_LONG_KEY: Final = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){32}""")
_NAME: Final = re.compile(r"[A-Za-z0-9_.*-]{1,80}")

Member = TypeVar("Member", bound=StrEnum)


def read_toml(path: Path) -> Table:
    """The file's table.

    Raises:
        UsageError: when the file cannot be read.
        ResourceError: when it is too large, too deep, or not TOML.
    """
    return parse_toml(read_content(path), path.name)


def read_content(path: Path) -> bytes:
    """The file's content; of a file that is too large no more than shows it.

    Raises:
        UsageError: when it cannot be read.
    """
    return read_bytes(path, limit_bytes=MAX_BYTES)


def parse_toml(content: bytes, file: str) -> Table:
    """The table in a file's content; `file` is what complaints call it.

    Raises:
        ResourceError: when it is too large, too deep, or not TOML.
    """
    import tomllib  # what was compiled needs no parser

    try:
        text = decoded(content, f"{file}:", limit_bytes=MAX_BYTES)
    except UsageError as error:
        raise ResourceError(str(error)) from None
    if _LONG_KEY.search(text):
        raise ResourceError(tr("{file}: a key of more than 32 parts is not meant.", file=file))
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ResourceError(tr("{file}: is nested too deep.", file=file)) from None
    except tomllib.TOMLDecodeError as error:
        raise ResourceError(tr("{file}: not valid TOML: {error}.", file=file, error=str(error)[:200])) from None
    except ValueError:  # Python reads no number of more than 4,300 digits, and says so in a programmer's words
        raise ResourceError(tr("{file}: holds a number of too many digits.", file=file)) from None
    if _is_too_deep(document):
        raise ResourceError(tr("{file}: is nested too deep.", file=file))
    return Table(document, file)


def _is_too_deep(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


class Table:
    """A table that is taken apart key by key.

    Each method takes one key's value and raises ResourceError, naming file and key, when it is missing (unless said
    otherwise) or not of the kind. `end` raises when a key was not taken.
    """

    def __init__(self, content: Mapping[str, Any], file: str, where: str = "") -> None:
        self._content = dict(content)
        self.file = file
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._content

    @property
    def content(self) -> Mapping[str, Any]:
        """What is not taken yet, as it stands in the file."""
        return self._content

    def keys(self) -> tuple[str, ...]:
        """The keys that are not taken yet."""
        return tuple(self._content)

    def fail(self, key: str, what: str) -> NoReturn:
        """Raises ResourceError: “FILE: WHERE.KEY: what.”; `what` is said in the language spoken."""
        raise ResourceError(tr("{file}: {key}: {what}.", file=self.file, key=self.path_of(key), what=what))

    def path_of(self, key: str) -> str:
        """The key with the tables around it, as complaints name it."""
        shown = key if _NAME.fullmatch(key) else ascii(key[:80])
        return f"{self.where}.{shown}" if self.where else shown

    def end(self) -> None:
        """Raises ResourceError when a key was not taken."""
        for key in self._content:
            self.fail(key, tr("is not a key that is known here"))

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank; the default where the key is missing and there is one."""
        found = self.optional_text(key)
        if found is not None:
            return found
        if default is None:
            self.fail(key, tr("is missing"))
        return default

    def optional_text(self, key: str) -> str | None:
        """A text that is not blank, `None` where the key is missing."""
        if key not in self._content:
            return None
        return self._text(key, self._content.pop(key))

    def line(self, key: str, longest: int = 500) -> str | None:
        """A single printable line without blanks around it, `None` where the key is missing."""
        found = self.optional_text(key)
        if found is None:
            return None
        if not found.isprintable() or len(found) > longest:
            self.fail(key, tr("must be a line of text of at most {longest} characters", longest=longest))
        return found.strip()

    def url(self, key: str, schemes: tuple[str, ...] = ("https://",)) -> str | None:
        """An address that begins with one of the schemes, `None` where the key is missing.

        Of https:// it has a host and no user before it: "https://bank.example@elsewhere.example/" reads as another's.
        """
        found = self.line(key, 2_000)
        if found is None:
            return None
        # Some programs take a backslash for a slash and others do not: they would go to different hosts.
        if not found.startswith(schemes) or " " in found or "\\" in found:
            self.fail(key, tr("must be an address that begins with {schemes}", schemes=or_list(schemes)))
        if found.startswith("https://"):
            host = re.split(r"[/?#]", found.removeprefix("https://"), maxsplit=1)[0]
            if "@" in host or not host.partition(":")[0]:
                self.fail(key, tr("must name a host alone, without a user before it"))
        return found

    def texts(self, key: str, *, needed: bool = False, or_one: bool = False, numbers: bool = False) -> tuple[str, ...]:
        """A list of texts, empty where the key is missing.

        `or_one` takes a text alone as a list of one; `numbers` takes whole numbers too, as their decimal text. A list
        that is there must not be empty where it is needed or `or_one` is set.
        """
        if key not in self._content:
            if needed:
                self.fail(key, tr("is missing"))
            return ()
        value = self._content.pop(key)
        items = value if isinstance(value, list) else [value] if or_one else None
        if items is None:
            self.fail(key, tr("must be a list of texts"))
        if not items and (needed or or_one):
            self.fail(key, tr("is empty"))
        return tuple(self._number_text(key, item) if numbers else self._text(key, item) for item in items)

    def texts_by_name(self, key: str) -> dict[str, str]:
        """A table of texts, empty where the key is missing."""
        table = self.table(key)
        return {} if table is None else {name: table.text(name) for name in table.keys()}  # noqa: SIM118 - not a dict

    def flag(self, key: str) -> bool:
        """True or false; false where the key is missing."""
        value = self._content.pop(key, False)
        if not isinstance(value, bool):
            self.fail(key, tr("must be true or false"))
        return value

    def whole(self, key: str, lowest: int, highest: int) -> int | None:
        """A whole number within the bounds, `None` where the key is missing."""
        value = self._content.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.fail(key, tr("must be a whole number from {lowest} to {highest}", lowest=lowest, highest=highest))
        return value

    def number(self, key: str, lowest: float, highest: float, default: float) -> float:
        """A number within the bounds, the default where the key is missing."""
        value = self._content.pop(key, default)
        if not isinstance(value, float | int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.fail(
                key, tr("must be a number from {lowest} to {highest}", lowest=f"{lowest:g}", highest=f"{highest:g}")
            )
        return float(value)

    def day(self, key: str) -> date:
        """A day, as TOML or as ISO text, which is what compiled files hold."""
        value = self._content.pop(key, None)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = None
        if type(day) is not date:
            self.fail(key, tr("must be a day such as 2026-11-21"))
        return day

    def member(self, key: str, members: type[Member], default: Member | None = None) -> Member:
        """A member of the closed set; the default where the key is missing and there is one."""
        if key not in self._content and default is not None:
            return default
        return self._member(key, members, self.text(key))

    def optional_member(self, key: str, members: type[Member]) -> Member | None:
        """A member of the closed set, `None` where the key is missing."""
        return self._member(key, members, self.text(key)) if key in self._content else None

    def members(self, key: str, members: type[Member]) -> tuple[Member, ...]:
        """A list of members of the closed set, empty where the key is missing."""
        return tuple(self._member(key, members, word) for word in self.texts(key))

    def table(self, key: str) -> Table | None:
        """The table of this name, `None` where it is missing."""
        if key not in self._content:
            return None
        value = self._content.pop(key)
        if not isinstance(value, dict):
            self.fail(key, tr("must be a table, written [{key}]", key=key))
        return Table(value, self.file, self.path_of(key))

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list, none where it is missing; complaints count them from 1."""
        value = self._content.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(key, tr("must be tables, written [[{key}]]", key=key))
        for number, item in enumerate(value, 1):
            yield Table(item, self.file, f"{self.path_of(key)} {number}")

    def named_tables(self) -> Iterator[tuple[str, Table]]:
        """Every key that is left, each of which must be a table, with its table."""
        for name in self.keys():
            table = self.table(name)
            if table is not None:
                yield name, table

    def _member(self, key: str, members: type[Member], value: str) -> Member:
        try:
            return members(value)
        except ValueError:
            self.fail(key, tr("“{value}” is not one of {members}", value=value[:80], members=", ".join(members)))

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            self.fail(key, tr("must be text that is not blank"))
        if len(value) > MAX_TEXT:
            self.fail(key, tr("is longer than {longest} characters", longest=MAX_TEXT))
        return value

    def _number_text(self, key: str, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
            return str(value)
        return self._text(key, value)
