"""All causes, read from their files, and the one that explains given facts best.

Reading the TOML files takes most of the loading time, so a folder may hold `compiled.json`: the causes and families
as they were read, without the samples. Each cause in it is decoded when it is asked for, and what recognises causes by
a server's words when there are some. It is believed while its digest is that of the files (wizard/compiled.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from wizard import assets
from wizard.compiled import digest
from wizard.diagnosis.cause_file import PLACEHOLDERS, cause_of
from wizard.diagnosis.phrase_index import PhraseIndex
from wizard.diagnosis.rule import STAGE_FOLDERS, Cause, Facts, Match
from wizard.errors import ResourceError
from wizard.language import tr
from wizard.model.provider import Provider
from wizard.model.refusal import Refusal
from wizard.toml_reader import Table, parse_toml, read_content

FAMILIES_FILE = "providers.toml"
COMPILED: Final = "compiled.json"
UNKNOWN: Final = "unknown"  # what is said where no rule fits: the only cause that code names
# A cause of the stretch where it happened is likelier than one of another stretch that its words would fit as well.
KINDRED_STAGE_WEIGHT = 6
# The placeholders that a provider's family may fill.
PAGES: Final = frozenset(name for name in PLACEHOLDERS if name.endswith("_url")) - {"reply_url"} | {"api_username"}
_NONE: Final[frozenset[str]] = frozenset()
_KINDRED_STAGES: Final = {
    "dns": frozenset({"dns", "connect"}),
    "connect": frozenset({"connect", "greeting", "dns"}),
    "tls": frozenset({"tls"}),
    "auth": frozenset({"auth"}),
    "envelope": frozenset({"envelope", "message"}),
    "message": frozenset({"message"}),
}
_SAMPLES_BEGIN = b"\n[[sample]]"


class Family(Struct, frozen=True):
    """Providers that answer in the same words: how they are recognised, and their pages by placeholder name."""

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    pages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class _Read(Struct, frozen=True):
    """What the files of a folder hold; `wordless` are the ways to recognise a cause that want no words, by its id."""

    causes: Mapping[str, Cause]
    families: tuple[Family, ...]
    refusals: Mapping[Refusal, str]
    wordless: tuple[tuple[str, Match], ...]


class _Compiled(Struct, frozen=True):
    """As `_Read`, each part still encoded."""

    digest: str
    causes: dict[str, msgspec.Raw]
    families: msgspec.Raw
    refusals: msgspec.Raw
    wordless: msgspec.Raw


class _Causes(Mapping[str, Cause]):
    """Causes that are decoded when somebody asks for them; what cannot be is `read` instead."""

    def __init__(self, encoded: Mapping[str, msgspec.Raw], read: Callable[[], Mapping[str, Cause]]) -> None:
        self._encoded = encoded
        self._read = read
        self._decoded: dict[str, Cause] = {}

    def __getitem__(self, name: str) -> Cause:
        if name not in self._decoded:
            try:
                self._decoded[name] = msgspec.json.decode(self._encoded[name], type=Cause)
            except msgspec.MsgspecError:
                self._decoded |= self._read()
        return self._decoded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


class Ranked(Struct, frozen=True):
    """A cause that matches, with how specifically."""

    cause: Cause
    match: Match
    weight: int


class _Worded(Struct, frozen=True):
    """Every way to recognise a cause, in order, with where their phrases are looked up, by number."""

    matches: tuple[tuple[Cause, Match], ...]
    texts: PhraseIndex
    issuers: PhraseIndex


class Catalogue:
    """The causes by id and the provider families; make one with `Catalogue.load`."""

    def __init__(
        self,
        causes: Mapping[str, Cause],
        families: tuple[Family, ...],
        refusals: Mapping[Refusal, str] = MappingProxyType({}),
        wordless: Sequence[tuple[str, Match]] | None = None,
    ) -> None:
        self.causes = causes
        self.families = families

        self._refusals = refusals
        self._wordless = _wordless(causes) if wordless is None else wordless
        self._by_preset = {preset: family for family in families for preset in family.presets}

    @classmethod
    def load(cls, folders: Sequence[Path], *, with_samples: bool = False) -> Catalogue:
        """The causes and families of all folders; what an earlier folder says goes before what a later one says.

        Samples are left out unless asked for: they stand last in each file and are half of it.

        Raises:
            ResourceError: naming file and key.
        """
        causes: list[Mapping[str, Cause]] = []
        families: dict[str, Family] = {}
        refusals: dict[Refusal, str] = {}
        wordless: list[tuple[str, Match]] = []
        for folder in folders:
            paths = _files(folder)
            # A stranger's files count as they stand: what was compiled of them could say anything.
            is_ours = folder == assets.resources() / "diagnoses"
            ready = _compiled(folder, paths) if is_ours and not with_samples else None
            read = ready or _read_all(paths, with_samples=with_samples)
            families = {family.id: family for family in read.families} | families
            # Who words one of our causes anew need not know how a browser sign-in can end.
            refusals = {**read.refusals, **refusals}
            wordless += [found for found in read.wordless if not any(found[0] in earlier for earlier in causes)]
            causes.append(read.causes)
        known = causes[0] if len(causes) == 1 else _merged(causes)
        if UNKNOWN not in known:
            raise ResourceError(tr("The diagnosis files lack other/unknown.toml."))
        return cls(known, tuple(families.values()), refusals, wordless)

    def cause_of_refusal(self, refusal: Refusal) -> Cause:
        """The cause that a browser sign-in which ended like this is shown under."""
        return self.causes[self._refusals.get(refusal, UNKNOWN)]

    def rank(self, facts: Facts) -> tuple[Ranked, ...]:
        """Every cause that matches, each by its best match, most specific first."""
        best: dict[str, Ranked] = {}
        for cause, match, weight in self._weighed(facts):
            more = KINDRED_STAGE_WEIGHT if is_kindred(cause, facts) else 0
            if cause.id not in best or weight + more > best[cause.id].weight:
                best[cause.id] = Ranked(cause, match, weight + more)
        return tuple(sorted(best.values(), key=lambda ranked: -ranked.weight))

    def _weighed(self, facts: Facts) -> Iterator[tuple[Cause, Match, int]]:
        """What matches, in order, with how specifically."""
        if not facts.text and not facts.issuer:
            for name, match in self._wordless:
                weight = match.weigh(facts, (None, None, None))
                if weight is not None:
                    yield self.causes[name], match, weight
            return
        worded = self._worded
        texts, issuers = worded.texts.heaviest(facts.text), worded.issuers.heaviest(facts.issuer)
        for number, (cause, match) in enumerate(worded.matches):
            if match.text and 2 * number not in texts:
                continue  # most say what no text at hand says
            found = (texts.get(2 * number), texts.get(2 * number + 1), issuers.get(number))
            weight = match.weigh(facts, found, general=cause.general)
            if weight is not None:
                yield cause, match, weight

    @cached_property
    def _worded(self) -> _Worded:
        matches = tuple((cause, match) for cause in self.causes.values() for match in cause.matches)
        lists = [phrases for _, match in matches for phrases in (match.text, match.also)]
        return _Worded(matches, PhraseIndex(lists), PhraseIndex(match.issuer for _, match in matches))

    def families_of(self, provider: Provider | None, hosts: Sequence[str], text: str) -> tuple[Family, ...]:
        """The families a preset, host names or a folded text belong to."""
        found: dict[str, Family] = {}
        if provider is not None and provider.id in self._by_preset:
            family = self._by_preset[provider.id]
            found[family.id] = family
        for family in self.families:
            by_host = any(host == known or host.endswith("." + known) for host in hosts for known in family.hosts)
            if by_host or any(word in text for word in family.words):
                found.setdefault(family.id, family)
        return tuple(found.values())


def is_kindred(cause: Cause, facts: Facts) -> bool:
    """Whether the cause belongs to the stretch where it happened."""
    return facts.has("stage", _KINDRED_STAGES.get(cause.stage, _NONE))


def load_cause(path: Path) -> Cause:
    """The cause in one file, with its samples.

    Raises:
        ResourceError: naming file and key.
    """
    return cause_of(path, _read(path, with_samples=True))


def compiled(folder: Path) -> str:
    """What `compiled.json` of this folder must hold.

    Raises:
        ResourceError: when a file is not valid.
    """
    Catalogue.load([folder], with_samples=True)
    paths = _files(folder)
    read = _read_all(paths, with_samples=False)
    whole = _Compiled(
        digest=digest(folder, paths),
        causes={name: _encoded(cause) for name, cause in read.causes.items()},  # which stay in their order
        families=_encoded(read.families),
        refusals=_encoded(read.refusals),
        wordless=_encoded(read.wordless),
    )
    return msgspec.json.encode(whole).decode() + "\n"


def _encoded(part: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(part, order="deterministic"))


def _merged(causes: Sequence[Mapping[str, Cause]]) -> Mapping[str, Cause]:
    """All of them, the first of each name, in the order of the folders."""
    merged: dict[str, Cause] = {}
    for each in causes:
        merged |= {name: each[name] for name in each if name not in merged}
    return merged


def _wordless(causes: Mapping[str, Cause]) -> tuple[tuple[str, Match], ...]:
    ways = ((name, match) for name, cause in causes.items() for match in cause.matches)
    return tuple((name, match) for name, match in ways if not (match.text or match.also or match.issuer))


def _files(folder: Path) -> list[Path]:
    """The diagnosis files by stage, then the families."""
    paths = [path for stage in STAGE_FOLDERS for path in sorted((folder / stage).glob("*.toml"))]
    families = folder / FAMILIES_FILE
    return [*paths, families] if os.path.isfile(families) else paths


def _compiled(folder: Path, paths: Sequence[Path]) -> _Read | None:
    """What was read of the files; None where nothing was compiled from these very files."""
    try:
        known = msgspec.json.decode((folder / COMPILED).read_bytes(), type=_Compiled)
        if known.digest != digest(folder, paths):
            return None
        return _Read(
            _Causes(known.causes, lambda: _read_all(paths, with_samples=False).causes),
            msgspec.json.decode(known.families, type=tuple[Family, ...]),
            msgspec.json.decode(known.refusals, type=dict[Refusal, str]),
            msgspec.json.decode(known.wordless, type=tuple[tuple[str, Match], ...]),
        )
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None


def _read_all(paths: Iterable[Path], *, with_samples: bool) -> _Read:
    documents = {path: _read(path, with_samples=with_samples) for path in paths}
    causes: dict[str, Cause] = {}
    families: list[Family] = []
    for path, document in documents.items():
        if path.name == FAMILIES_FILE:
            families += _families(path, document)
        else:
            cause = cause_of(path, document)
            causes.setdefault(cause.id, cause)
    refusals = {refusal: name for name, cause in reversed(causes.items()) for refusal in cause.refusals}
    return _Read(causes, tuple(families), refusals, _wordless(causes))


def _read(path: Path, *, with_samples: bool) -> Mapping[str, Any]:
    content = read_content(path)
    if not with_samples:
        content = content.partition(_SAMPLES_BEGIN)[0].rstrip(b"\r")  # lines end as on Windows, too
    return parse_toml(content, path.name).content


def _families(path: Path, document: Mapping[str, Any]) -> Iterator[Family]:
    for name, table in Table(document, path.name).named_tables():
        family = Family(
            id=name,
            name=table.text("name"),
            hosts=table.texts("hosts"),
            words=table.texts("words"),
            presets=table.texts("presets"),
            pages={key: table.text(key) for key in table.keys() if key in PAGES},  # noqa: SIM118 - not a dict
        )
        table.end()
        yield family
