"""A helpdesk pack: what an organisation adds to Mailwright, such as its own client ids and how to reach its helpdesk.

A pack is a folder (`resources/pack-example` is one), or a .zip of it; all of it is optional:

    helpdesk.toml      this file's schema, below
    presets/*.toml     providers, by the schema of discovery/preset_file.py
    signature.txt      what `pack sign` wrote (pack_signature.py)
    diagnoses/         causes and provider families, in folders as in resources/diagnoses (diagnosis/cause_file.py)

helpdesk.toml (* marks keys that must be there):

    language           the tag of the language its people are spoken to in, such as de, unless they choose another
    [helpdesk]         name*, phone, hours, url (https:// or mailto:), logo (a .png beside this file)
    [window]           targets (ids of `handover list`, the only ones that are offered), locked (servers: they cannot be
                       changed by hand; remember: no account is kept), kiosk (nothing is kept, large text, and all of it
                       is gone when the last page is left), large_text, every_step (each page is shown, also where
                       nothing has to be decided on it)
    [schedule]         every* (as `accounts schedule --every` takes it, or "never"), locked (no other time can be
                       chosen). It switches nothing on.
    [oauth.<provider>] client_id*, client_secret, issuer (https://), scopes
                       <provider> is a preset's id. The client id is that of a public ("desktop", "native") client;
                       client_secret is what Google gives such clients beside it, and no secret to rely on.
                       issuer and scopes are for a provider whose preset names no [oauth] endpoints of its own.

A pack may also be a single preset file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.language.catalogues import SOURCE_FILE
from wizard.language.choice import LANGUAGES, best
from wizard.language.formats import or_list
from wizard.language.po import PoError, read_po
from wizard.model.secret import Secret
from wizard.policy import broken_file, policy
from wizard.setup.pack_archive import expect_ordinary_files, locked, unpacked
from wizard.setup.pack_signature import check_signer
from wizard.text_file import read_text
from wizard.toml_reader import Table, read_toml

if TYPE_CHECKING:
    from wizard.accounts.schedule import ScheduleRule

FILE: Final = "helpdesk.toml"


class Helpdesk(Struct, frozen=True):
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


class WindowRules(Struct, frozen=True):
    """How the window is for the people of an organisation; `targets` is empty where all are offered."""

    targets: tuple[str, ...] = ()
    locked: frozenset[Lock] = frozenset()
    kiosk: bool = False
    large_text: bool = False
    every_step: bool = False


NO_RULES: Final = WindowRules()


class Issuer(Struct, frozen=True):
    """A sign-in service that is found by its own metadata (RFC 8414), and what to ask it for."""

    url: str
    scopes: tuple[str, ...]


class Pack(Struct, frozen=True):
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
    schedule: ScheduleRule | None = None


NO_PACK: Final = Pack()
_MAX_PO_BYTES: Final = 4 * 1024 * 1024


def load_packs(paths: Iterable[Path], published: Path | None = None) -> Pack:
    """What the packs hold, read and validated; `published` is the file of client ids that comes with the program.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must; or a pack's signature does not fit,
            or is not by a key that this computer's policy wants.
        UsageError: a pack is not there, or a file of it cannot be read.
    """
    helpdesk: Helpdesk | None = None
    window: WindowRules | None = None
    language: str | None = None
    schedule: ScheduleRule | None = None
    known: dict[str, _Client] = {}
    presets: list[Path] = []
    diagnoses: list[Path] = []
    locales: list[Path] = []
    for path in paths:
        try:
            os.stat(path)
        except PermissionError:
            raise locked(path, path) from None
        except (OSError, ValueError):
            raise UsageError(tr("The helpdesk pack {pack} does not exist.", pack=path)) from None
        pack, path = path, root_of(path)
        if os.path.isdir(path):
            expect_ordinary_files(pack, path)
        if os.path.isfile(path) and path.suffix.lower() not in (".toml", ""):
            raise ResourceError(tr("The helpdesk pack {pack} is no folder, no .zip and no TOML file.", pack=path.name))
        check_signer(pack, path, required_signers())
        file = path / FILE if os.path.isdir(path) else path
        if file.name == FILE and os.path.isfile(file):
            table = read_toml(file)
            own = _helpdesk(table.table("helpdesk"), file.parent)
            helpdesk = helpdesk or own
            wanted = _language(table)
            language = language or wanted
            rules = _window(table.table("window"))
            window = window or rules
            checked = _schedule(table.table("schedule"))
            schedule = schedule or checked
            for provider, client in _oauth(table.table("oauth")).items():
                known.setdefault(provider, client)
            table.end()
        if os.path.isfile(path) and path.name != FILE:
            presets.append(path)
            continue
        named = (("presets", presets), ("diagnoses", diagnoses), ("locale", locales))
        held = [(path / name, kept) for name, kept in named]
        held = [(folder, kept) for folder, kept in held if os.path.isdir(folder)]
        for folder, kept in held:
            kept.append(folder)
        if not held and not os.path.isfile(file):
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
        schedule,
    )


def root_of(pack: Path) -> Path:
    """Where a pack's files lie: its folder, that into which a .zip was unpacked, or the file itself.

    Raises:
        UsageError: the .zip cannot be read.
        ResourceError: the .zip is not as it must be.
    """
    return unpacked(pack) if os.path.isfile(pack) and pack.suffix.lower() == ".zip" else pack


def required_signers() -> tuple[str, ...] | None:
    """The public keys, one of which each pack must be signed with on this computer; `None` where none need be.

    They are what the policy "PackSigner" says, as it stands there; several are separated by ";" or lines.

    Raises:
        ResourceError: the policies cannot be read, and one of them might name such keys.
    """
    broken = broken_file()
    if broken is not None:
        raise ResourceError(
            tr("The policies in {file} cannot be read: no helpdesk pack is taken until they can.", file=broken)
        )
    named = policy("PackSigner")
    if named is None or not named.strip():
        return None
    return tuple(key.strip() for key in named.replace(";", "\n").splitlines() if key.strip())


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


def _schedule(table: Table | None) -> ScheduleRule | None:
    """How often saved accounts are checked, `None` where the pack says nothing of it."""
    if table is None:
        return None
    from wizard.accounts.schedule import Every, ScheduleRule

    text = table.line("every")
    if text is None:
        table.fail("every", tr("is missing"))
    try:
        every = Every.parse(text) if text != "never" else None
    except UsageError:
        values = or_list(["never", *(str(each) for each in Every.choices())])
        table.fail("every", tr("“{text}” is not one of {known}", text=text[:80], known=values))
    rule = ScheduleRule(every, table.flag("locked") or every is None)
    table.end()
    return rule


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
    if logo is not None and not os.path.isfile(folder / logo):
        table.fail("logo", tr("is not there"))
    picture = folder / logo if logo is not None else None
    helpdesk = Helpdesk(name, table.line("phone"), table.line("hours"), url, picture)
    table.end()
    return helpdesk


class _Client(Struct, frozen=True):
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
