"""A helpdesk pack: what an organisation adds to Mailwright, such as its own client ids and how to reach its helpdesk.

A pack is a folder (`resources/pack-example` is one), or a .zip of it; all of it is optional:

    helpdesk.toml      this file's schema, below
    presets/*.toml     providers, by the schema of discovery/preset_file.py
    diagnoses/         causes and provider families, in folders as in resources/diagnoses (diagnosis/cause_file.py)

helpdesk.toml (* marks keys that must be there):

    language           the tag of the language its people are spoken to in, such as de, unless they choose another
    [helpdesk]         name*, phone, hours, url (https:// or mailto:), logo (a .png beside this file)
    [window]           targets (ids of `handover list`, the only ones that are offered), locked (servers: they cannot be
                       changed by hand; remember: no account is kept), kiosk (nothing is kept, large text, and all of it
                       is gone when the last page is left), large_text, every_step (each page is shown, also where
                       nothing has to be decided on it)
    [oauth.<provider>] client_id*, client_secret, issuer (https://), scopes
                       <provider> is a preset's id. The client id is that of a public ("desktop", "native") client;
                       client_secret is what Google gives such clients beside it, and no secret to rely on.
                       issuer and scopes are for a provider whose preset names no [oauth] endpoints of its own.

A pack may also be a single preset file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.language.catalogues import SOURCE_FILE
from wizard.language.choice import LANGUAGES, best
from wizard.language.po import PoError, read_po
from wizard.model.secret import Secret
from wizard.setup.pack_archive import unpacked
from wizard.text_file import read_text
from wizard.toml_reader import Table, read_toml

FILE: Final = "helpdesk.toml"


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """Whom a person asks who gets no further."""

    name: str
    phone: str | None = None
    hours: str | None = None
    url: str | None = None
    logo: Path | None = None

    def words(self) -> dict[str, str]:
        """What is known of it, by its key."""
        told = {"name": self.name, "phone": self.phone, "hours": self.hours, "url": self.url}
        return {key: text for key, text in told.items() if text}


class Lock(StrEnum):
    """What a pack may take from the person's hands."""

    SERVERS = "servers"  # the servers cannot be changed by hand
    REMEMBER = "remember"  # no account is kept on this computer


@dataclass(frozen=True, slots=True)
class WindowRules:
    """How the window is for the people of an organisation; `targets` is empty where all are offered."""

    targets: tuple[str, ...] = ()
    locked: frozenset[Lock] = frozenset()
    kiosk: bool = False
    large_text: bool = False
    every_step: bool = False


NO_RULES: Final = WindowRules()


@dataclass(frozen=True, slots=True)
class Issuer:
    """A sign-in service that is found by its own metadata (RFC 8414), and what to ask it for."""

    url: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All packs together; where two say the same, the first one counts.

    `oauth_clients` are client ids and `issuers` sign-in services, both by provider id; `preset_folders` hold presets,
    `diagnosis_folders` causes. What a pack says of a provider or a cause goes before what we say.
    """

    helpdesk: Helpdesk | None = None
    oauth_clients: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    oauth_secrets: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    issuers: Mapping[str, Issuer] = field(default_factory=lambda: MappingProxyType({}))
    preset_folders: tuple[Path, ...] = ()
    diagnosis_folders: tuple[Path, ...] = ()
    window: WindowRules = NO_RULES
    language: str | None = None
    locale_folders: tuple[Path, ...] = ()  # translations of its own causes and providers


NO_PACK: Final = Pack()
_MAX_PO_BYTES: Final = 4 * 1024 * 1024


def load_packs(paths: Iterable[Path], published: Path | None = None) -> Pack:
    """What the packs hold, read and validated; `published` is the file of client ids that comes with the program.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
        UsageError: a pack is not there, or a file of it cannot be read.
    """
    helpdesk: Helpdesk | None = None
    window: WindowRules | None = None
    language: str | None = None
    known: dict[str, _Client] = {}
    presets: list[Path] = []
    diagnoses: list[Path] = []
    locales: list[Path] = []
    for path in paths:
        if not os.path.exists(path):  # Path.exists raises where a name is too long or a folder is locked
            raise UsageError(tr("The helpdesk pack {pack} does not exist.", pack=path))
        if path.is_file() and path.suffix.lower() == ".zip":
            path = unpacked(path)
        if path.is_file() and path.suffix.lower() not in (".toml", ""):
            raise ResourceError(tr("The helpdesk pack {pack} is no folder, no .zip and no TOML file.", pack=path.name))
        file = path / FILE if path.is_dir() else path
        if file.name == FILE and file.is_file():
            table = read_toml(file)
            own = _helpdesk(table.table("helpdesk"), file.parent)
            helpdesk = helpdesk or own
            wanted = _language(table)
            language = language or wanted
            rules = _window(table.table("window"))
            window = window or rules
            for provider, client in _oauth(table.table("oauth")).items():
                known.setdefault(provider, client)
            table.end()
        if path.is_file() and path.name != FILE:
            presets.append(path)
            continue
        named = (("presets", presets), ("diagnoses", diagnoses), ("locale", locales))
        held = [(path / name, kept) for name, kept in named]
        held = [(folder, kept) for folder, kept in held if folder.is_dir()]
        for folder, kept in held:
            kept.append(folder)
        if not held and not file.is_file():
            presets.append(path)  # a folder of presets and nothing else
    for folder in locales:
        _check_translations(folder)
    if published is not None:
        ours = read_toml(published)
        for provider, client in _oauth(ours.table("oauth")).items():
            known.setdefault(provider, client)
        ours.end()
    return Pack(
        helpdesk,
        MappingProxyType({provider: client.id for provider, client in known.items()}),
        MappingProxyType({provider: c.secret for provider, c in known.items() if c.secret is not None}),
        MappingProxyType({provider: c.issuer for provider, c in known.items() if c.issuer is not None}),
        tuple(presets),
        tuple(diagnoses),
        window or NO_RULES,
        language,
        tuple(locales),
    )


def _check_translations(folder: Path) -> None:
    """Each language's file can be read, and its language is spoken here."""
    for file in sorted(folder.glob("*/*.po")):
        name = f"{file.parent.name}/{file.name}"
        if file.name != SOURCE_FILE or file.parent.name not in LANGUAGES:
            raise ResourceError(
                tr(
                    "{file}: translations are called TAG/{name}, TAG one of {known}.",
                    file=name,
                    name=SOURCE_FILE,
                    known=", ".join(LANGUAGES),
                )
            )
        try:
            read_po(read_text(file, limit_bytes=_MAX_PO_BYTES))
        except PoError as error:
            raise ResourceError(f"{name}: {error}") from error


def _language(table: Table) -> str | None:
    """The tag of the language the pack wants, `None` where it says nothing of it."""
    tag = table.line("language")
    if tag is not None and best([tag]) is None:
        table.fail("language", tr("“{text}” is not one of {known}", text=tag[:80], known=", ".join(LANGUAGES)))
    return tag


def _window(table: Table | None) -> WindowRules | None:
    """How the window is, `None` where the pack says nothing of it."""
    if table is None:
        return None
    kiosk = table.flag("kiosk")
    locked = frozenset(table.members("locked", Lock)) | ({Lock.REMEMBER} if kiosk else set())
    rules = WindowRules(
        table.texts("targets"), locked, kiosk, table.flag("large_text") or kiosk, table.flag("every_step")
    )
    table.end()
    return rules


def _helpdesk(table: Table | None, folder: Path) -> Helpdesk | None:
    """The helpdesk, `None` where the pack names none."""
    if table is None:
        return None
    name = table.line("name")
    if name is None:
        table.fail("name", tr("is missing"))
    url = table.url("url", ("https://", "mailto:"))
    logo = table.line("logo")
    if logo is not None and (Path(logo).name != logo or not logo.lower().endswith(".png")):
        table.fail("logo", tr("is no name of a .png beside this file"))
    if logo is not None and not (folder / logo).is_file():
        table.fail("logo", tr("is not there"))
    picture = folder / logo if logo is not None else None
    helpdesk = Helpdesk(name, table.line("phone"), table.line("hours"), url, picture)
    table.end()
    return helpdesk


@dataclass(frozen=True, slots=True)
class _Client:
    id: str
    secret: Secret | None
    issuer: Issuer | None


def _oauth(table: Table | None) -> dict[str, _Client]:
    """The clients by provider."""
    found: dict[str, _Client] = {}
    for provider, client in table.named_tables() if table is not None else ():
        client_id = client.line("client_id")
        if client_id is None:
            client.fail("client_id", tr("is missing"))
        secret = client.line("client_secret")
        found[provider] = _Client(client_id, Secret(secret) if secret is not None else None, _issuer(client))
        client.end()
    return found


def _issuer(table: Table) -> Issuer | None:
    url, scopes = table.url("issuer"), table.texts("scopes")
    if url is None:
        if scopes:
            table.fail("scopes", tr("is of use only beside issuer"))
        return None
    if not scopes:
        table.fail("scopes", tr("is missing: it says what to ask the issuer for"))
    return Issuer(url, scopes)
