"""The providers known by heart: looked up by domain, MX or server name, and turned into candidates.

One TOML file per provider is the only source (its schema: preset_file.py; how they are compiled: preset_index.py).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from wizard import assets
from wizard.discovery.preset_file import read_preset
from wizard.discovery.preset_index import index_of, preset_files, read_compiled
from wizard.language import SOURCE, spoken, tr
from wizard.model.address import Address
from wizard.model.provider import GENERAL_NAME, Provider, ProviderServer, ProviderStatus, SignInWay
from wizard.model.server import ServerCandidate, Source, UsernameForm

_PLACEHOLDER: Final = re.compile(r"%([A-Z]+)%")


class PresetBook:
    """All presets of some folders; make one with `PresetBook.load`."""

    def __init__(self, shelves: Sequence[_Shelf]) -> None:
        self._shelves = tuple(shelves)

    @classmethod
    def load(cls, folders: Sequence[Path]) -> PresetBook:
        """The presets of these folders; what an earlier folder says goes before what a later one says.

        A helpdesk pack may be a folder, a folder with a folder `presets` in it, or one preset file.

        Raises:
            ResourceError: naming the file and the key that does not hold what it must.
        """
        return cls([_Shelf.load(folder) for folder in folders])

    def get(self, provider_id: str) -> Provider | None:
        """The provider with this id."""
        return next((shelf.get(provider_id) for shelf in self._shelves if provider_id in shelf.ids), None)

    def is_from_pack(self, provider_id: str) -> bool:
        """Whether a helpdesk pack states this provider, and not our own presets."""
        return next((shelf.is_pack for shelf in self._shelves if provider_id in shelf.ids), False)

    def all(self) -> tuple[Provider, ...]:
        """Every provider, by id."""
        ids = sorted({provider_id for shelf in self._shelves for provider_id in shelf.ids})
        return tuple(provider for provider_id in ids if (provider := self.get(provider_id)) is not None)

    def for_domain(self, domain: str) -> Provider | None:
        """The provider of addresses at this domain; sub-domains only where a preset says so with "*."."""
        return self._first("domains", _name_and_patterns(domain))

    def for_mx(self, host: str) -> Provider | None:
        """The provider whose MX hosts end like this one, on a label boundary; the longest ending wins."""
        name = _plain_host(host)
        return self._first("mx", [name, *_parents(name)])

    def for_host(self, host: str) -> Provider | None:
        """The provider that runs the mail server of this name."""
        return self._first("hosts", _name_and_patterns(host))

    def hosts(self) -> tuple[str, ...]:
        """The server names of all providers, patterns left out; what a mistyped name is compared with."""
        return tuple(dict.fromkeys(host for shelf in self._shelves for host in shelf.index["hosts"] if "*" not in host))

    def search(self, query: str) -> tuple[Provider, ...]:
        """The providers whose name, domain or server matches, best first; upper case and accents do not matter.

        An address stands for its domain; every word must be found; an empty query finds all.
        """
        query = query.rpartition("@")[2]
        words = _folded(query).split()
        if not words:
            return tuple(sorted(self.all(), key=lambda provider: _folded(provider.name)))
        owner = self.for_domain(query) or self.for_host(query)
        ranked = [
            (rank, _folded(provider.name), provider)
            for provider in self.all()
            if (rank := 0 if provider is owner else _rank(provider, words)) is not None
        ]
        return tuple(provider for _, _, provider in sorted(ranked, key=lambda entry: entry[:2]))

    def _first(self, part: str, wanted: Sequence[str]) -> Provider | None:
        for number, shelf in enumerate(self._shelves):
            for key in wanted:
                provider_id = shelf.index[part].get(key)
                # A provider that an earlier folder states anew was already asked there, in its new words.
                if provider_id and not any(provider_id in earlier.ids for earlier in self._shelves[:number]):
                    return shelf.get(provider_id)
        return None


class _Shelf:
    """The presets of one folder, parsed when they are asked for."""

    def __init__(
        self,
        ids: Iterable[str],
        index: Mapping[str, Mapping[str, str]],
        lines: Mapping[str, str],
        read: dict[str, Provider],
        is_pack: bool,
    ) -> None:
        self.ids = frozenset(ids)
        self.is_pack = is_pack
        self.index = index
        self._lines = lines
        self._read = read

    @classmethod
    def load(cls, folder: Path) -> _Shelf:
        is_pack = folder != assets.resources() / "presets"
        if os.path.isdir(folder / "presets"):  # Path.is_dir raises where a name is too long
            folder = folder / "presets"
        paths = preset_files(folder)
        # A stranger's files count as they stand: what was compiled of them could say anything.
        if not is_pack and (ready := read_compiled(folder, paths)) is not None:
            index, lines = ready
            return cls(index["ids"], index, lines, {}, is_pack)
        providers = {path.stem: read_preset(path) for path in paths}
        return cls(providers, index_of(providers.values()), {}, providers, is_pack)

    def get(self, provider_id: str) -> Provider:
        provider = self._read.get(provider_id)
        if provider is None:
            provider = msgspec.json.decode(self._lines[provider_id], type=Provider)
            self._read[provider_id] = provider
        return provider


def candidates(
    provider: Provider,
    address: Address,
    *,
    source: Source = Source.PRESET,
    region: str | None = None,
    placeholders: Mapping[str, str] = MappingProxyType({}),
) -> tuple[ServerCandidate, ...]:
    """The provider's servers for this address in the order they would be tried: IMAP, POP3, SMTP, each best first.

    Where there are regions and none is given, the usual one is taken. A server whose name holds a placeholder of the
    provider that is not given is left out: only the person knows it. Where the user name cannot be made from the
    address (Provider.username_hint says what it is), the address stands in its place for the person to change.
    """
    usual = provider.regions[0] if provider.regions else None
    values = {
        "EMAILADDRESS": address.wire,
        "EMAILLOCALPART": address.local,
        "EMAILDOMAIN": address.domain,
        **placeholders,
    }
    found = []
    for server in provider.servers:
        host = _filled_in(server.host, values)
        if server.region not in (None, region or usual) or "%" in host:
            continue
        ways = server.sign_in or provider.sign_in
        found.append(
            ServerCandidate(
                protocol=server.protocol,
                host=host,
                port=server.port,
                security=server.security,
                username=_username(server, values),
                source=source,
                trusted=True,
                auth=("XOAUTH2",) if ways == (SignInWay.OAUTH2,) else (),
            )
        )
    return tuple(found)


def region_of_mx(provider: Provider, host: str) -> str | None:
    """The region that an MX host gives away, by a label such as eu-west-1 or by the ending its servers share."""
    name = _plain_host(host)
    labels = name.split(".")
    for server in provider.servers:
        ending = server.host.partition(".")[2]
        if server.region and (server.region in labels[:-1] or ending in (name, *_parents(name))):
            return server.region
    return None


def needs(provider: Provider) -> tuple[str, ...]:
    """What the person must know before the first try, a plain sentence each."""
    provider = provider.translated()
    brand = provider.spoken_name
    said: list[str] = []
    if provider.no_servers_because:
        said.append(provider.no_servers_because)
    if provider.status is not ProviderStatus.UNSUPPORTED:
        said += _sign_in_needs(provider)
        said += [preparation.say for preparation in provider.preparation]
        if provider.username_hint:
            said.append(provider.username_hint)
        said += list(provider.placeholders.values())
        if len(provider.regions) > 1:
            said.append(tr("{provider} has servers of its own for each region: choose yours.", provider=brand))
        said += [fact.say for fact in provider.dated]
        if provider.relay_only_in_network:
            said.append(tr("Sending works only while you are connected through {provider}.", provider=brand))
    return tuple(said)


def gateway_for_mx(host: str) -> str | None:
    """The mail filter behind this MX, whose customers have their mailboxes elsewhere; `None` for any other host."""
    name = _plain_host(host)
    known = _gateways()
    return next((known[part] for part in (name, *_parents(name)) if part in known), None)


@cache
def _gateways() -> Mapping[str, str]:
    return MappingProxyType(dict(line.split(" ", 1) for line in assets.lines("gateways.txt")))


def _sign_in_needs(provider: Provider) -> list[str]:
    brand = provider.spoken_name
    ways = provider.sign_in
    called = provider.app_password.called if provider.app_password else tr(GENERAL_NAME)
    one = called if spoken() != SOURCE else f"{_article(called)} {called}"  # only English sentences want the article
    is_general = called == tr(GENERAL_NAME)
    if ways == (SignInWay.OAUTH2,):
        return [tr("{provider} signs you in through the web browser; a password is not enough here.", provider=brand)]
    if SignInWay.API_KEY in ways:
        if provider.app_password is None:
            return [tr("{provider} wants an API key here, not the password of your account.", provider=brand)]
        return [tr("{provider} wants {name} here, not the password of your account.", provider=brand, name=one)]
    if SignInWay.APP_PASSWORD not in ways:
        return []
    if SignInWay.PASSWORD in ways:
        if is_general:
            return [tr("Where two-step sign-in is on, {provider} wants an app password here.", provider=brand)]
        return [tr("Where two-step sign-in is on, {provider} wants {name} here.", provider=brand, name=one)]
    if is_general:
        return [tr("{provider} wants an app password, not your everyday one.", provider=brand)]
    if called.endswith("password"):
        return [tr("{provider} wants {name} here, not your everyday one.", provider=brand, name=one)]
    return [tr("{provider} wants {name} here, not your everyday password.", provider=brand, name=one)]


def _article(words: str) -> str:
    first = words.split()[0]
    # Letters that are spelled out begin with the sound of their name: an SMTP key, an API key.
    return "an" if first[0] in ("AEFHILMNORSX" if first.isupper() else "AEIOUaeiou") else "a"


def _username(server: ProviderServer, values: Mapping[str, str]) -> str:
    match server.username_form:
        case UsernameForm.LOCAL_PART:
            return values["EMAILLOCALPART"]
        case UsernameForm.OTHER if server.username is not None:
            return _filled_in(server.username, values)
        case _:
            return values["EMAILADDRESS"]


def _filled_in(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _plain_host(name: str) -> str:
    return name.strip().rstrip(".").lower()


def _parents(name: str) -> tuple[str, ...]:
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(1, len(labels)))


@lru_cache(maxsize=1024)  # a check asks about its few hosts again and again
def _name_and_patterns(host: str) -> tuple[str, ...]:
    name = _plain_host(host)
    return (name, *(f"*.{parent}" for parent in _parents(name)))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _rank(provider: Provider, words: Sequence[str]) -> int | None:
    """Smaller is better: the whole name, id or domain; a beginning; anywhere; `None` when a word is not found."""
    names = [provider.id, _folded(provider.name), _folded(provider.spoken_name), *provider.domains]
    query = " ".join(words)
    if query in names:
        return 1
    if any(name.startswith(query) for name in names):
        return 2
    everything = " ".join([*names, *provider.hosts, *(server.host for server in provider.servers)])
    return 3 if all(word in everything for word in words) else None
