"""A helpdesk pack: what an organisation adds to Mailwright, such as its own client ids and how to reach its helpdesk.

A pack is a folder (`resources/pack-example` is one); all of it is optional:

    helpdesk.toml      this file's schema, below
    presets/*.toml     providers, by the schema of discovery/preset_file.py

helpdesk.toml (* marks keys that must be there):

    [helpdesk]         name*, phone, hours, url (https:// or mailto:)
    [oauth.<provider>] client_id*, issuer (https://), scopes
                       <provider> is a preset's id. The client id is that of a public client: there is no secret.
                       issuer and scopes are for a provider whose preset names no [oauth] endpoints of its own.

A pack may also be a single preset file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

from wizard.errors import ResourceError

FILE: Final = "helpdesk.toml"
MAX_BYTES: Final = 256 * 1024
_PARTS: Final = frozenset({"helpdesk", "oauth"})
_HELPDESK: Final = frozenset({"name", "phone", "hours", "url"})
_OAUTH: Final = frozenset({"client_id", "issuer", "scopes"})


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """Whom a person asks who gets no further."""

    name: str
    phone: str | None = None
    hours: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """A sign-in service that is found by its own metadata (RFC 8414), and what to ask it for."""

    url: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All packs together; where two say the same, the first one counts.

    `oauth_clients` are client ids and `issuers` sign-in services, both by provider id; `preset_folders` hold presets.
    """

    helpdesk: Helpdesk | None = None
    oauth_clients: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    issuers: Mapping[str, Issuer] = field(default_factory=lambda: MappingProxyType({}))
    preset_folders: tuple[Path, ...] = ()


NO_PACK: Final = Pack()


def load_packs(paths: Iterable[Path]) -> Pack:
    """What the packs hold, read and validated.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
    """
    helpdesk: Helpdesk | None = None
    clients: dict[str, str] = {}
    issuers: dict[str, Issuer] = {}
    presets: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ResourceError(f"The helpdesk pack {path} does not exist.")
        file = path / FILE if path.is_dir() else path
        if file.name == FILE and file.is_file():
            pack = _Reader(file)
            helpdesk = helpdesk or pack.helpdesk()
            for provider, (client_id, issuer) in pack.oauth().items():
                clients.setdefault(provider, client_id)
                if issuer is not None:
                    issuers.setdefault(provider, issuer)
        if path.is_file() and path.name != FILE:
            presets.append(path)
        elif (path / "presets").is_dir():
            presets.append(path / "presets")
        elif path.is_dir() and not file.is_file():
            presets.append(path)  # a folder of presets and nothing else
    return Pack(helpdesk, MappingProxyType(clients), MappingProxyType(issuers), tuple(presets))


class _Reader:
    """One helpdesk.toml, read strictly: a mistyped key is an error, not silence."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            with file.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise ResourceError(f"{file.name}: is larger than {MAX_BYTES // 1024} KiB")
            self._document = tomllib.loads(data.decode("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ResourceError(f"{file.name}: {error}") from None
        self._only(self._document, _PARTS, "")

    def helpdesk(self) -> Helpdesk | None:
        """The helpdesk, `None` where the pack names none."""
        if "helpdesk" not in self._document:
            return None
        table = self._table(self._document["helpdesk"], "helpdesk", _HELPDESK)
        url = self._text(table, "url", "helpdesk")
        if url is not None and not url.startswith(("https://", "mailto:")):
            self._refuse("helpdesk.url", "must begin with https:// or mailto:")
        name = self._text(table, "name", "helpdesk")
        if name is None:
            self._refuse("helpdesk.name", "is missing")
        return Helpdesk(name, self._text(table, "phone", "helpdesk"), self._text(table, "hours", "helpdesk"), url)

    def oauth(self) -> dict[str, tuple[str, Issuer | None]]:
        """Client id and issuer by provider."""
        found: dict[str, tuple[str, Issuer | None]] = {}
        providers = self._document.get("oauth", {})
        if not isinstance(providers, dict):
            self._refuse("oauth", "must be tables such as [oauth.gmail]")
        for provider, value in providers.items():
            where = f"oauth.{provider}"
            table = self._table(value, where, _OAUTH)
            client_id = self._text(table, "client_id", where)
            if client_id is None:
                self._refuse(f"{where}.client_id", "is missing")
            found[provider] = (client_id, self._issuer(table, where))
        return found

    def _issuer(self, table: Mapping[str, Any], where: str) -> Issuer | None:
        url = self._text(table, "issuer", where)
        scopes = table.get("scopes", [])
        if not isinstance(scopes, list) or not all(isinstance(scope, str) and scope.strip() for scope in scopes):
            self._refuse(f"{where}.scopes", "must be a list of texts")
        if url is None:
            if scopes:
                self._refuse(f"{where}.scopes", "is of use only beside issuer")
            return None
        if not url.startswith("https://"):
            self._refuse(f"{where}.issuer", "must begin with https://")
        if not scopes:
            self._refuse(f"{where}.scopes", "is missing: it says what to ask the issuer for")
        return Issuer(url, tuple(scopes))

    def _table(self, value: object, where: str, keys: frozenset[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._refuse(where, "must be a table")
        self._only(value, keys, where)
        return value

    def _only(self, table: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
        for key in table:
            if key not in keys:
                known = ", ".join(sorted(keys))
                self._refuse(f"{where}.{key}" if where else key, f"is not one of {known}")

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 500:
            self._refuse(f"{where}.{key}", "must be a line of text")
        return value.strip()

    def _refuse(self, key: str, why: str) -> NoReturn:
        raise ResourceError(f"{self._file.name}: {key} {why}.")
