"""Asks every source at once and puts their answers into one order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from time import monotonic
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from wizard.discovery.answer import NOTHING, Answer, Question, Refused
from wizard.discovery.autoconfig import autoconfig, autoconfig_of_mx
from wizard.discovery.autodiscover import autodiscover, autodiscover_srv
from wizard.discovery.book import PresetBook
from wizard.discovery.guess import guesses
from wizard.discovery.ispdb import BASE_URL, ispdb
from wizard.discovery.mx import mx
from wizard.discovery.pacc import pacc
from wizard.discovery.presets import candidates as candidates_of
from wizard.discovery.presets import needs
from wizard.discovery.srv import srv
from wizard.errors import DnsUnavailable, FetchError, NameNotFound
from wizard.imports import begin_import
from wizard.model.address import Address
from wizard.model.evidence import Detail, Outcome, Stage
from wizard.model.plan import ALL_SOURCES, NO_ANSWER, Asked, Plan, PlanOptions
from wizard.model.progress import Listener, Progress
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net import patience
from wizard.net.dns import WHAT_ASKS, Resolver
from wizard.net.fetch import Fetcher, PageMissing, PageRefused
from wizard.net.sites import registrable_domain

# Whose word counts more. A provider's own page beats the community's copy of it; both beat Exchange's answer, which
# often names servers that are switched off; a preset found through MX beats SRV, for presets are checked, DNS is not;
# what a foreign domain says about its own customers, or the database of the domain above, comes last of all that was
# said, and guesses come after every word.
RANKS = {
    Source.PACK: 0,
    Source.PRESET: 1,
    Source.AUTOCONFIG: 2,
    Source.ISPDB: 3,
    Source.PACC: 4,
    Source.AUTODISCOVER: 5,
    Source.MX: 6,
    Source.SRV: 7,
    Source.GUESS: 9,
}
FOREIGN_RANK = 8
MAX_REMEMBERED = 64  # addresses
EXCHANGER_RANK = 10  # the exchanger itself as mail server: less likely than any guess


class Patience(Struct, frozen=True):
    """How long is waited, in seconds.

    `cap_s` for everybody; once trusted settings for both ways are known, `better_s` for sources that count more than
    the one that knew them, and `lesser_s` for the others, whose word can only be added.
    """

    cap_s: float = 5.0
    better_s: float = 0.3
    lesser_s: float = 0.1


USUAL_PATIENCE: Final = Patience()


class _Heard(Struct, frozen=True):
    question: Question
    answer: Answer
    asked: Asked


class _Memory(Struct):
    """What was heard about one address, by who was asked, and with which kind of asking all was settled."""

    heard: dict[str, _Heard] = field(default_factory=dict)
    settled: set[bool] = field(default_factory=set)


class Planner:
    """Finds the settings of an address.

    Answers are kept for the run: asking again asks only who did not answer, and nobody where all was settled.

    Args:
        resolver: who is asked for MX, SRV and TXT records.
        fetcher: who fetches pages.
        presets: the providers we know.
        ispdb_url: where the community's database stands.
        patience: how long is waited for whom.
    """

    def __init__(
        self,
        resolver: Resolver,
        fetcher: Fetcher,
        presets: PresetBook,
        *,
        ispdb_url: str = BASE_URL,
        patience: Patience = USUAL_PATIENCE,
    ) -> None:
        self._resolver = resolver
        self._fetcher = fetcher
        self._presets = presets
        self._ispdb_url = ispdb_url
        self._patience = patience
        self._memory: dict[str, _Memory] = {}

    def forget(self) -> None:
        """Everything heard so far; the next plan asks everybody again."""
        self._memory.clear()

    def _remembered(self, address: Address) -> _Memory:
        """What was heard about the address; who asks for many addresses has the last ones remembered."""
        memory = self._memory.pop(address.wire, None) or _Memory()
        self._memory[address.wire] = memory
        while len(self._memory) > MAX_REMEMBERED:
            del self._memory[next(iter(self._memory))]
        return memory

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        """The settings that would be tried, best first.

        Takes at most `Patience.cap_s`; cancelling it closes everything that was opened.
        """
        provider = self._presets.for_domain(address.domain)
        preset: Plan | None = None
        if provider is not None and (provider.servers or provider.status is ProviderStatus.UNSUPPORTED):
            source = Source.PACK if self._presets.is_from_pack(provider.id) else Source.PRESET
            found = _only(candidates_of(provider, address, source=source), options.incoming_protocol)
            asked = Asked(source, provider.id, "found", 0.0)
            preset = Plan(address, found, provider, False, (asked,), needs(provider))
            if not options.repair:
                return preset
        heard: list[_Heard] = []
        if not options.ask_nobody:
            heard = await self._ask_all(address, options)
        plan = self._combined(address, heard, options)
        if provider is None:
            return plan
        if preset is None:
            # A preset that knows the provider but no server of it: who they are is settled, where they are was asked.
            return replace(plan, provider=provider, notes=(*needs(provider), *plan.notes))
        return replace(
            preset,
            candidates=_merged((*preset.candidates, *plan.candidates)),
            asked=(*preset.asked, *plan.asked),
        )

    def _questions(self, address: Address, offline: bool) -> tuple[Question, ...]:
        known = self._presets.for_host

        def in_database(domain: str, rank: int) -> Question:
            return ispdb(address, domain, self._fetcher, known, rank=rank, base_url=self._ispdb_url)

        def of_exchanger(domain: str) -> tuple[Question, ...]:
            if offline:
                return ()
            return (
                in_database(domain, FOREIGN_RANK),
                autoconfig_of_mx(address, domain, self._fetcher, known, rank=FOREIGN_RANK),
            )

        by_dns = (
            mx(address, self._resolver, self._presets, known, of_exchanger, rank=RANKS[Source.MX]),
            *srv(address, self._resolver, known, rank=RANKS[Source.SRV]),
        )
        if offline:
            return by_dns
        fetcher = self._fetcher
        # A department's settings are often those of the whole house. Only the database is asked for them: no host above
        # the mail domain is told anything (promise 11).
        house = registrable_domain(address.domain)
        of_house = () if house == address.domain else (in_database(house, FOREIGN_RANK),)
        return (
            *autoconfig(address, fetcher, known, rank=RANKS[Source.AUTOCONFIG]),
            in_database(address.domain, RANKS[Source.ISPDB]),
            pacc(address, fetcher, self._resolver, known, rank=RANKS[Source.PACC]),
            *autodiscover(address, fetcher, known, rank=RANKS[Source.AUTODISCOVER]),
            autodiscover_srv(address, self._resolver, fetcher, known, rank=RANKS[Source.AUTODISCOVER]),
            *of_house,
            *by_dns,
        )

    async def _ask_all(self, address: Address, options: PlanOptions) -> list[_Heard]:
        """Everything that was heard before the deadline, or before waiting for more stopped being worth it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        latest = patience.now() + self._patience.cap_s
        begin_import(*WHAT_ASKS)  # sooner than what fetches pages: a name server is the first to answer
        heard: list[_Heard] = []
        pending: dict[asyncio.Task[_Heard], tuple[Question, float]] = {}
        hurried = asyncio.ensure_future((options.enough or asyncio.Event()).wait())
        asked: dict[str, int] = {}  # who, in which order
        queue = [*self._questions(address, options.offline)]
        settled_at: float | None = None
        memory = self._remembered(address)
        settled = options.offline in memory.settled
        try:
            while queue or pending:
                while queue:
                    question = queue.pop(0)
                    if question.whom in asked:
                        continue
                    asked[question.whom] = len(asked)
                    known = memory.heard.get(question.whom)
                    if known is not None and (known.asked.has_answered or not options.everybody):
                        heard.append(known)
                        queue += known.answer.then
                    elif not settled or options.everybody:
                        _tell(options.listener, loop.time() - began, question, None)
                        pending[asyncio.ensure_future(_ask(question))] = (question, loop.time())
                if not pending:
                    break
                best = None if options.everybody else _settling_rank(heard)
                if best is not None and settled_at is None:
                    settled_at = patience.now()
                until = latest
                if settled_at is not None and best is not None:
                    better = any(question.rank < best for question, _ in pending.values())
                    until = min(until, settled_at + (self._patience.better_s if better else self._patience.lesser_s))
                with contextlib.suppress(TimeoutError), patience.Deadline(until):
                    await asyncio.wait({*pending, hurried}, return_when=asyncio.FIRST_COMPLETED)
                answered = [task for task in pending if task.done()]
                if not answered:
                    break
                for task in answered:
                    question, _ = pending.pop(task)
                    one = task.result()
                    if one.asked.has_answered:
                        memory.heard[question.whom] = one
                    heard.append(one)
                    queue += one.answer.then
                    _tell(options.listener, loop.time() - began, question, one.asked)
            for question, since in pending.values():
                silent = Asked(question.source, question.whom, NO_ANSWER, loop.time() - since)
                heard.append(_Heard(question, NOTHING, silent))
                _tell(options.listener, loop.time() - began, question, silent)
        finally:
            for waiting in (*pending, hurried):
                waiting.cancel()
            await asyncio.gather(*pending, hurried, return_exceptions=True)
        if _settling_rank(heard) is not None:
            memory.settled.add(options.offline)
            memory.heard.update({one.question.whom: one for one in heard})
        return sorted(heard, key=lambda one: (one.question.rank, asked[one.question.whom]))

    def _combined(self, address: Address, heard: list[_Heard], options: PlanOptions) -> Plan:
        said = [(_rank(one), candidate) for one in heard for candidate in one.answer.candidates]
        provider, probably = _recognised(heard)
        named = _only((candidate for rank, candidate in said if rank < EXCHANGER_RANK), options.incoming_protocol)
        # Ideas are for the ways that nobody trusted has named a server for.
        known = set() if options.repair else {candidate.way for candidate in named if candidate.trusted}
        if provider is None or provider.status is not ProviderStatus.UNSUPPORTED:
            said += [(RANKS[Source.GUESS], candidate) for candidate in guesses(address)]
        ideas = (RANKS[Source.GUESS], EXCHANGER_RANK)  # what nobody named as a server to sign in at
        wanted = [(rank, one) for rank, one in said if not (rank in ideas and one.way in known)]
        ranked = sorted(wanted, key=lambda item: item[0])
        candidates = _only(_merged(candidate for _, candidate in ranked), options.incoming_protocol)
        if provider is None:
            provider = next(filter(None, (self._presets.for_host(c.host) for c in candidates if c.trusted)), None)
        notes = [note for one in heard for note in one.answer.notes]
        asked = tuple(one.asked for one in heard)
        oauth = next((one.answer.oauth for one in heard if one.answer.oauth is not None), None)
        return Plan(
            address,
            candidates,
            provider,
            probably,
            asked,
            tuple(dict.fromkeys(notes)),
            oauth,
            takes_no_mail=any(one.answer.takes_no_mail for one in heard),
        )


def _recognised(heard: list[_Heard]) -> tuple[Provider | None, bool]:
    """The provider that an answer recognised, and whether only through what stands in front of it."""
    found = next((one.answer for one in heard if one.answer.provider is not None), NOTHING)
    return found.provider, found.probably


def _rank(one: _Heard) -> int:
    """How much a word counts; of MX's own answer without a known provider, only that its host takes the mail."""
    is_exchanger = one.question.source is Source.MX and one.answer.provider is None
    return EXCHANGER_RANK if is_exchanger else one.question.rank


async def _ask(question: Question) -> _Heard:
    """The answer to one question; whatever goes wrong is an answer too."""
    began = monotonic()
    answer = NOTHING
    said: str | None = None
    try:
        answer = await question.ask()
    except (Refused, PageRefused) as error:
        answer = Answer(refused=(str(error),))
    except (NameNotFound, PageMissing):
        pass
    except (DnsUnavailable, FetchError):
        said = NO_ANSWER
    asked = Asked(question.source, question.whom, said or answer.said, monotonic() - began)
    return _Heard(question, answer, asked)


def _settling_rank(heard: Iterable[_Heard]) -> int | None:
    """The rank of the best answer that has trusted, encrypted servers for both ways; None while there is none."""
    ranks = []
    for one in heard:
        trusted = [c for c in one.answer.candidates if c.trusted and c.security is not Security.NONE]
        both_ways = {candidate.is_incoming for candidate in trusted} == {True, False}
        if (both_ways and _rank(one) < EXCHANGER_RANK) or one.answer.provider is not None:
            ranks.append(one.question.rank)
    return min(ranks, default=None)


def _merged(candidates: Iterable[ServerCandidate]) -> tuple[ServerCandidate, ...]:
    """Each server once, with everybody who named it; those without encryption last.

    A guess vouches for nobody: that the name exists is again only DNS's word.
    """
    merged: dict[tuple[object, ...], ServerCandidate] = {}
    for candidate in candidates:
        key = (candidate.protocol, candidate.host, candidate.port, candidate.security, candidate.username)
        first = merged.get(key)
        if first is None:
            merged[key] = candidate
            continue
        also = first.also if candidate.source in (first.source, *first.also) else (*first.also, candidate.source)
        vouched = first.trusted or (candidate.trusted and candidate.source is not Source.GUESS)
        merged[key] = replace(first, also=also, trusted=vouched, auth=first.auth or candidate.auth)
    return tuple(sorted(merged.values(), key=lambda candidate: candidate.security is Security.NONE))


def _only(candidates: Iterable[ServerCandidate], incoming_protocol: Protocol | None) -> tuple[ServerCandidate, ...]:
    return tuple(
        candidate
        for candidate in candidates
        if incoming_protocol is None or not candidate.is_incoming or candidate.protocol is incoming_protocol
    )


def _tell(listener: Listener, t_s: float, question: Question, asked: Asked | None) -> None:
    detail: Detail = {"source": question.source.value, "whom": question.whom}
    if asked is not None:
        detail["answer"] = asked.answer
    outcome = Outcome.STARTED
    if asked is not None:
        outcome = Outcome.OK if asked.has_answered else Outcome.SKIPPED
    listener(Progress(t_s, Stage.INPUT, outcome, seconds=asked.seconds if asked else 0.0, detail=detail))
