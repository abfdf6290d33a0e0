"""Builds every part once; the only file that knows them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakSet

from msgspec import Struct

from wizard import assets
from wizard.errors import UsageError
from wizard.language import choice, tr
from wizard.places import user_state

if TYPE_CHECKING:
    from wizard.diagnosis.catalogue import Catalogue
    from wizard.diagnosis.diagnose import Diagnoser
    from wizard.discovery.planner import Planner
    from wizard.discovery.presets import PresetBook
    from wizard.net.dial import Dialer
    from wizard.net.dns import DnsResolver, Resolver
    from wizard.net.fetch import Fetcher
    from wizard.net.tls import Trust
    from wizard.practice.presets import PracticePresets
    from wizard.setup.browser_sign_in import BrowserSignIn
    from wizard.setup.options import Options
    from wizard.setup.pack import Pack
    from wizard.setup.session import SetupSession
    from wizard.setup.signin_budget import SignInBudget

    Line = tuple[Resolver, Dialer, Trust, Planner, PresetBook | PracticePresets]

_reading = RLock()  # whoever needs what another thread is reading waits for it, instead of reading it as well


class Settings(Struct, frozen=True):
    """What decides how the services are built.

    `nameserver` is "HOST[:PORT]", `ispdb_url` where a copy of the community's database stands. `per_host_per_minute` is
    how many sign-ins one host may see in a minute, all accounts together; None is the usual number.
    """

    nameserver: str | None = None
    ispdb_url: str | None = None
    ca_files: tuple[Path, ...] = ()
    ca_texts: tuple[str, ...] = ()
    pack_paths: tuple[Path, ...] = ()
    practice: bool = False
    options: Options | None = None
    per_host_per_minute: int | None = None


def catalogue(pack_paths: tuple[Path, ...] = ()) -> Catalogue:
    """The causes, those of the packs first."""
    with _reading:
        return _catalogue(pack_paths)


@cache
def _catalogue(pack_paths: tuple[Path, ...]) -> Catalogue:
    from wizard.diagnosis.catalogue import Catalogue

    of_packs = pack(pack_paths).diagnosis_folders if pack_paths else ()
    return Catalogue.load([*of_packs, assets.resources() / "diagnoses"])


def presets(pack_paths: Sequence[Path] = ()) -> PresetBook:
    """The providers, those of the packs first."""
    with _reading:
        return _presets(tuple(pack_paths))


@cache
def _presets(pack_paths: tuple[Path, ...]) -> PresetBook:
    from wizard.discovery.presets import PresetBook

    of_packs = pack(pack_paths).preset_folders if pack_paths else ()
    return PresetBook.load([*of_packs, assets.resources() / "presets"])


def pack(pack_paths: tuple[Path, ...] = ()) -> Pack:
    """What the helpdesk packs hold beside presets: client ids, and whom to ask; what they translate is said so."""
    found = _pack(pack_paths)
    if pack_paths:
        choice.also_from(found.locale_folders)
    return found


@cache
def _pack(pack_paths: tuple[Path, ...]) -> Pack:
    from wizard.setup.pack import load_packs

    return load_packs(pack_paths, assets.resources() / "oauth-clients.toml")


def known_providers(settings: Settings) -> PresetBook | PracticePresets:
    """The providers that can be chosen: in practice its own, else those of the packs and the presets."""
    if not settings.practice:
        return presets(settings.pack_paths)
    from wizard.practice.presets import PracticePresets
    from wizard.practice.scenarios import load_scenarios

    scenarios = load_scenarios(assets.resources() / "practice")
    return PracticePresets([scenario.provider for scenario in scenarios if scenario.provider is not None])


def diagnoser(book: PresetBook | PracticePresets | None = None, pack_paths: tuple[Path, ...] = ()) -> Diagnoser:
    """What names causes, those of the packs first; `book` knows the providers."""
    from wizard.diagnosis.diagnose import Diagnoser

    return Diagnoser(catalogue(pack_paths), (book or presets(pack_paths)).for_host)


@asynccontextmanager
async def planner(settings: Settings) -> AsyncIterator[Planner]:
    """What finds settings; with `practice` in the practice network, which lives as long as the block."""
    async with _network(settings) as (_, _, _, planner, _):
        yield planner


@asynccontextmanager
async def session(settings: Settings) -> AsyncIterator[SetupSession]:
    """One account's way; all it opened is closed at the end of the block."""
    async with sessions(settings) as new_session:
        yield new_session()


@asynccontextmanager
async def sessions(settings: Settings) -> AsyncIterator[Callable[[], SetupSession]]:
    """Makes sessions that share one network, one set of roots and one cache of answers; all are closed at the end."""
    from wizard.imports import loaded
    from wizard.setup.context import Services
    from wizard.setup.session import SetupSession

    if settings.pack_paths:
        # What a pack holds that cannot be read is told before anybody is asked for anything.
        await loaded(partial(catalogue, settings.pack_paths))
    made: WeakSet[SetupSession] = WeakSet()  # a session that was closed and let go is not kept
    async with _network(settings) as (resolver, dialer, trust, planner, known):
        services = Services(
            resolver,
            dialer,
            trust,
            planner,
            partial(diagnoser, known, settings.pack_paths),
            known.for_host,
            known.hosts,
            cache(partial(_browser_sign_in, settings, dialer, trust)),
            known.for_domain,
            _budget(settings),
            keeps_warm=not settings.practice,
        )

        def new_session() -> SetupSession:
            session = SetupSession(services, settings.options)
            made.add(session)
            return session

        try:
            yield new_session
        finally:
            for session in list(made):
                await session.close()


def _browser_sign_in(settings: Settings, dialer: Dialer, trust: Trust) -> BrowserSignIn:
    from wizard.accounts.secret_store import LIMIT_S, SecretStore
    from wizard.net.fetch import Fetcher
    from wizard.setup.browser_sign_in import BrowserSignIn

    keyring_s = min(LIMIT_S, settings.options.deadline_s) if settings.options is not None else LIMIT_S
    store = SecretStore(limit_s=keyring_s)  # a renewed permission is kept within the deadline, or not
    return BrowserSignIn(Fetcher(dialer, trust), pack(settings.pack_paths), store)


def _budget(settings: Settings) -> SignInBudget:
    """The sign-in budget of the whole program; what was refused is remembered for the next run, but for practice."""
    from wizard.setup.signin_budget import PER_HOST, Ledger, SignInBudget

    per_host = settings.per_host_per_minute or PER_HOST
    if settings.practice:
        return SignInBudget(per_host=per_host)
    return SignInBudget(Ledger(user_state() / "sign-ins"), per_host=per_host)


@asynccontextmanager
async def names(settings: Settings) -> AsyncIterator[tuple[DnsResolver, Fetcher]]:
    """What asks name servers and fetches pages, for a look at a domain."""
    from wizard.net.dial import SystemDialer
    from wizard.net.dns import DnsResolver
    from wizard.net.fetch import Fetcher
    from wizard.net.tls import Trust

    resolver = DnsResolver(_nameserver(settings.nameserver))
    trust = Trust(settings.ca_files, settings.ca_texts)
    yield resolver, Fetcher(SystemDialer(resolver, lab=resolver.is_lab), trust)


@asynccontextmanager
async def _network(settings: Settings) -> AsyncIterator[Line]:
    from wizard.discovery.planner import Planner
    from wizard.net.fetch import Fetcher

    if settings.practice:
        from wizard.practice.network import PracticeNetwork
        from wizard.practice.presets import PracticePresets
        from wizard.practice.scenarios import load_scenarios

        async with PracticeNetwork.start(load_scenarios(assets.resources() / "practice")) as network:
            book = PracticePresets(network.presets)
            planner = Planner(network.resolver, Fetcher(network.dialer, network.trust), book)
            yield network.resolver, network.dialer, network.trust, planner, book
        return
    from wizard.discovery.ispdb import BASE_URL
    from wizard.net.dial import SystemDialer
    from wizard.net.dns import DnsResolver
    from wizard.net.tls import Trust

    resolver = DnsResolver(_nameserver(settings.nameserver))
    own_network = settings.options is not None and settings.options.accept_own_network
    dialer = SystemDialer(resolver, lab=resolver.is_lab, own_network=own_network)
    trust = Trust(settings.ca_files, settings.ca_texts)
    known = presets(settings.pack_paths)
    fetcher = Fetcher(dialer, trust)
    planner = Planner(resolver, fetcher, known, ispdb_url=settings.ispdb_url or BASE_URL)
    yield resolver, dialer, trust, planner, known


def _nameserver(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    import ipaddress

    host, port = text, "53"
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, port = text.split(":")
    try:
        ipaddress.ip_address(host)
        number = int(port)
    except ValueError:
        raise UsageError(tr("--nameserver takes an IP address, with :PORT where it is not 53.")) from None
    if not 0 < number < 65536:
        raise UsageError(tr("A port is a number from 1 to 65535."))
    return host, number
