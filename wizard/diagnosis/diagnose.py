"""From failures or a pasted text to the diagnosis a person should hear first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.diagnosis.catalogue import UNKNOWN, Catalogue, Ranked
from wizard.diagnosis.confidence import UNSURE, confidence_of, likely_of
from wizard.diagnosis.fact_keys import Seen
from wizard.diagnosis.facts import facts_of_evidence, facts_of_text, known_protocol, known_stage, plain_reply
from wizard.diagnosis.remedies import case_of, remedies_of, title_of, why_of
from wizard.diagnosis.rule import ALWAYS, Cause, Facts, Match, fold
from wizard.diagnosis.standing import seen_in_text
from wizard.diagnosis.telephone_code import Told, is_code, read_code
from wizard.language import tr, tr_context
from wizard.language.data_texts import QUESTIONS
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, Likely
from wizard.model.evidence import ErrorKind, Evidence, ProbeReport, Stage, Surroundings
from wizard.model.provider import Provider
from wizard.model.refusal import Refusal
from wizard.model.run_fact import NO_RUN_FACTS, RunFact, RunFacts
from wizard.model.server import Protocol, Way

if TYPE_CHECKING:  # what reads words is loaded when there are some: a check that hears none does not wait for it
    from wizard.diagnosis.client_errors import Reading
    from wizard.diagnosis.meanings import Meanings

_RECEIVING: Final = frozenset({Protocol.IMAP, Protocol.POP3})


class _Failure(Struct, frozen=True):
    report: ProbeReport
    evidence: Evidence
    ranking: tuple[Ranked, ...]
    facts: Facts
    provider: Provider | None

    @property
    def ranked(self) -> Ranked:
        """The cause that explains it best."""
        return self.ranking[0]

    @property
    def is_pause(self) -> bool:
        """Whether we stopped by ourselves: that says nothing of the account, where a server has just said something."""
        return self.evidence.error is ErrorKind.BUDGET

    @property
    def place(self) -> tuple[bool, bool, bool, int]:
        """Where it stands among others; the least is told first: what lasts wants somebody to act."""
        implies = self.ranked.cause.implies
        return not implies.hides_others, self.is_pause, implies.temporary, -self.evidence.stage.order


class Diagnoser:
    """Names causes; `provider_of_host` finds the preset a server's host name belongs to.

    Args:
        catalogue: the causes.
        provider_of_host: the preset of a host name, `None` where there is none.
        now: the time for "expired three days ago".
    """

    def __init__(
        self,
        catalogue: Catalogue,
        provider_of_host: Callable[[str], Provider | None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._catalogue = catalogue
        self._provider_of_host = provider_of_host
        self._now = now

    def of_reports(
        self,
        reports: Sequence[ProbeReport],
        *,
        provider: Provider | None,
        surroundings: Surroundings,
        address: Address,
        run_facts: RunFacts = NO_RUN_FACTS,
    ) -> tuple[Diagnosis, ...]:
        """One diagnosis for each side that failed; one for both where the reason is shared.

        What lasts is told before what passes, then the furthest first.

        A side with a report that passed has none. `evidence` of a diagnosis holds every failure it explains, the one
        its words are about first; `protocol` and `server` are that one's.
        """
        sides = {way: [one for one in reports if one.candidate.way is way] for way in (Way.SENDING, Way.RECEIVING)}
        found = (self._furthest(ones, provider, surroundings, address, run_facts[way]) for way, ones in sides.items())
        failures = sorted(filter(None, found), key=lambda failure: failure.place)
        told = self._without_shared(failures)
        all_failures = [item for report in reports if (item := report.failure) is not None]
        return tuple(self._told(failure, all_failures, alone=len(told) == 1) for failure in told)

    def of_text(
        self, text: str, *, stage: str | None = None, protocol: str | None = None, server: str | None = None
    ) -> Diagnosis:
        """What a pasted text means; cause "unknown" with what was understood when no rule knows it.

        `stage`, `protocol` and `server` are where the text came from, as far as that is known, in our words or a log's.
        A telephone code and nothing else is read as `of_code` does.
        """
        from wizard.diagnosis.machine_words import is_only_told
        from wizard.diagnosis.pasted_secrets import told_again

        if is_code(text):
            return self.of_code(text)
        reading, facts, host, provider = self._text_facts(text, stage, protocol, server)
        ranked = self._rank(facts, reading.sentences, reading.names)
        cause = ranked[0].cause
        reply = plain_reply(reading, told_again(text, reading))
        words = {**facts.words, "reply": reply.text} if reply else dict(facts.words)
        facts = replace(facts, words=words)
        known, _ = known_stage(stage)
        protocols = facts.values.get("protocol", frozenset())
        return Diagnosis(
            cause=cause.id,
            stage=known or _stage_of(cause),
            confidence=confidence_of(ranked, told=is_only_told(text)),
            title=title_of(cause, facts),
            why=why_of(cause, facts),
            remedies=remedies_of(cause, facts, provider),
            likely=self._likely(ranked, reading.sentences, facts),
            protocol=Protocol(next(iter(protocols))) if protocols else None,
            server=host,
            reply=reply,
            implies=cause.implies,
            understood=_understood(facts),
            case=case_of(cause, facts),
            category=_category(facts),
            again=lambda: self.of_text(text, stage=stage, protocol=protocol, server=server),
        )

    def of_code(self, text: str) -> Diagnosis:
        """The card that a telephone code stands for, as far as a cause tells it without a server's words.

        Raises:
            UsageError: it is no code, or was misheard.
        """
        told = read_code(text)
        cause = self._catalogue.causes.get(told.cause) or self._catalogue.causes["unknown"]
        values = {"stage": frozenset({told.stage.value})}
        if told.protocol is not None:
            values["protocol"] = frozenset({told.protocol.value})
        if told.category is not None:
            values["category"] = frozenset({told.category})
        if 0 < told.case <= len(cause.cases):
            case = cause.cases[told.case - 1]
            values |= dict(case.presupposed.when.keys)
            cause = replace(cause, cases=(replace(case, presupposed=ALWAYS),))
        return _without_evidence(cause, Facts(values=values), told)

    def of_cause(self, cause: str) -> Diagnosis | None:
        """The card of the cause of that name, as far as it is told where nothing else is known any more.

        `None` where no cause has this name now.
        """
        known = self._catalogue.causes.get(cause)
        if known is None:
            return None
        stage = _stage_of(known)
        facts = Facts(values={"stage": frozenset({stage.value})})
        return _without_evidence(known, facts, Told(known.id, 0, stage, None, None))

    def of_refusal(self, refusal: Refusal) -> str:
        """The id of the cause that a browser sign-in which ended like this is shown under."""
        return self._catalogue.cause_of_refusal(refusal).id

    def ranking(
        self, text: str, *, stage: str | None = None, protocol: str | None = None, server: str | None = None
    ) -> tuple[Ranked, ...]:
        """Every cause that fits a pasted text, the one `of_text` names first."""
        reading, facts, _, _ = self._text_facts(text, stage, protocol, server)
        return self._rank(facts, reading.sentences, reading.names)

    def _text_facts(
        self, text: str, stage: str | None, protocol: str | None, server: str | None
    ) -> tuple[Reading, Facts, str | None, Provider | None]:
        from wizard.diagnosis.client_errors import read

        reading = read(text)
        known, command = known_stage(stage)
        host = (server or "").strip().lower().rstrip(".").rsplit(":", 1)[0] or None
        hosts = tuple(filter(None, (host, *reading.hosts)))
        provider = self._provider_of_host(host) if host else None
        families = self._catalogue.families_of(provider, hosts, reading.folded)
        seen = seen_in_text(reading.folded, host)
        if host is not None and host.count(".") == 1 and any(host in family.hosts for family in families):
            seen |= {Seen.TAKES_MAIL_IN}  # a server's log names the recipients' domain, not a mail program's server
        if provider is not None and any(host == server.host for server in provider.servers):
            seen |= {Seen.NAMED_BY_PROVIDER}
        own_words = _meanings().own_words(reading.sentences)
        if own_words is not None:
            # What a program says around a server's reply is true of every refusal; the reply gives the reason.
            reading = replace(reading, folded=fold(own_words), sentences=own_words)
        facts = facts_of_text(
            reading,
            stage=known,
            command=command,
            protocol=known_protocol(protocol),
            server=host,
            provider=provider,
            families=families,
            seen=seen,
        )
        return reading, facts, host, provider

    def _rank(self, facts: Facts, said: str, names: str = "") -> tuple[Ranked, ...]:
        ranked = self._catalogue.rank(facts)
        if said or names:
            ranked = self._by_words_too(ranked, facts, said, names)
        if "kind" in facts.values and facts.has("protocol", _RECEIVING):
            ranked = tuple(each for each in ranked if not each.cause.implies.sending_only)
        if not ranked:
            return (Ranked(self._catalogue.causes[UNKNOWN], Match(()), 0),)
        meant = next((other.cause for other in ranked[0].cause.instead if other.presupposed.holds(facts)), None)
        if meant is None or meant not in self._catalogue.causes:
            return ranked
        best = replace(ranked[0], cause=self._catalogue.causes[meant])
        return (best, *(other for other in ranked if other.cause.id not in (meant, ranked[0].cause.id)))

    def _by_words_too(self, ranked: tuple[Ranked, ...], facts: Facts, said: str, names: str) -> tuple[Ranked, ...]:
        from wizard.diagnosis.machine_words import machine_words
        from wizard.diagnosis.ranking import SAYING_SO, with_advice, with_meanings, with_printed, without_frame

        word_for_word = any(each.match.rests_on == "words" for each in ranked)
        happened = _meanings().without_advice(said) if said else None
        if happened is not None:
            ranked = with_advice(self._catalogue.rank(replace(facts, text=fold(happened))), ranked)
        if said:
            ranked = with_meanings(ranked, said, facts, self._catalogue.causes, _meanings())
            printed = machine_words(said)
            if printed is not None and "kind" not in facts.values:
                # What a person tells around a program's words is the way there; the words are the reason.
                own = self._catalogue.rank(replace(facts, text=fold(printed)))
                own = with_meanings(own, printed, facts, self._catalogue.causes, _meanings())
                ranked = with_printed(ranked, own)
        says_little = not word_for_word and ranked and ranked[0].weight < SAYING_SO and ranked[0].cause.id != UNKNOWN
        if names and (says_little or not ranked):
            # A program's name for the error is a frame beside a sentence, and tells where that tells little.
            ranked = with_meanings(ranked, names, facts, self._catalogue.causes, _meanings())
        return without_frame(ranked, facts, self._catalogue.rank)

    def _likely(self, ranked: Sequence[Ranked], said: str, facts: Facts) -> tuple[Likely, ...]:
        """What else comes into question, each with the question that decides it; nothing where the cause is clear."""
        if confidence_of(ranked) >= UNSURE:
            return ()
        meanings, causes = _meanings(), self._catalogue.causes
        return tuple(
            Likely(cause, share, title_of(causes[cause], facts), _question(meanings.questions.get(cause, "")))
            for cause, share in likely_of(ranked, meanings.topics_of(said))
            if cause in causes and cause != UNKNOWN
        )

    def _furthest(
        self,
        reports: Sequence[ProbeReport],
        provider: Provider | None,
        surroundings: Surroundings,
        address: Address,
        run_facts: frozenset[RunFact],
    ) -> _Failure | None:
        failed = [(report, item) for report in reports if (item := report.failure) is not None]
        if not failed or any(report.failure is None and report.reached is not None for report in reports):
            return None
        found: list[_Failure] = []
        furthest = max(evidence.stage.order for _, evidence in failed)
        for report, evidence in failed:
            if evidence.stage.order < furthest:
                continue
            host = (evidence.endpoint or report.candidate.endpoint).host
            # A server that two providers share belongs to the one whose account this is.
            own = provider is not None and any(server.host == host for server in provider.servers)
            here = provider if own else self._provider_of_host(host) or provider
            facts = facts_of_evidence(
                evidence,
                report,
                provider=here,
                families=self._catalogue.families_of(here, (host.lower(),), ""),
                surroundings=surroundings,
                address=address,
                run_facts=run_facts,
                now=self._now(),
            )
            found.append(_Failure(report, evidence, self._rank(facts, facts.text), facts, here))
        # max() keeps the first of equals: the order the candidates were tried in.
        return max(found, key=lambda failure: failure.ranked.weight)

    @staticmethod
    def _without_shared(failures: list[_Failure]) -> list[_Failure]:
        if len(failures) < 2:
            return failures
        first, second = failures
        one, other = first.ranked.cause, second.ranked.cause
        if one.implies.hides_others:
            return [first]
        same_user = first.report.candidate.username == second.report.candidate.username
        if same_user and (other.id in one.implies.explains or (second.is_pause and one.implies.whole_account)):
            return [first]
        if same_user and one.id in other.implies.explains and not second.is_pause:
            return [second]
        if one.id != other.id:
            return failures
        at_sign_in = first.evidence.stage is Stage.AUTH
        shared = one.implies.whole_line or (same_user if at_sign_in else _same_owner(first, second))
        return [first] if shared else failures

    def _told(self, failure: _Failure, all_failures: Sequence[Evidence], *, alone: bool) -> Diagnosis:
        evidence, cause, facts = failure.evidence, failure.ranked.cause, failure.facts
        endpoint = evidence.endpoint or failure.report.candidate.endpoint
        protocol = evidence.protocol or failure.report.candidate.protocol
        others = [
            item
            for item in all_failures
            if item is not evidence and (alone or (item.protocol is Protocol.SMTP) is (protocol is Protocol.SMTP))
        ]
        return Diagnosis(
            cause=cause.id,
            stage=evidence.stage,
            confidence=confidence_of(failure.ranking),
            title=title_of(cause, facts),
            why=why_of(cause, facts),
            remedies=remedies_of(cause, facts, failure.provider),
            protocol=protocol,
            server=str(endpoint),
            reply=evidence.reply,
            certificate=evidence.certificate,
            likely=self._likely(failure.ranking, facts.text, facts),
            implies=cause.implies,
            evidence=(evidence, *others),
            understood=_understood(facts),
            case=case_of(cause, facts),
            category=_category(facts),
            again=lambda: self._told(failure, all_failures, alone=alone),
        )


def _category(facts: Facts) -> str | None:
    return next(iter(sorted(facts.values.get("category", ()))), None)


def _without_evidence(cause: Cause, facts: Facts, told: Told) -> Diagnosis:
    return Diagnosis(
        cause=cause.id,
        stage=told.stage,
        confidence=1.0,
        title=title_of(cause, facts),
        why=why_of(cause, facts),
        remedies=remedies_of(cause, facts, None),
        protocol=told.protocol,
        implies=cause.implies,
        case=told.case,
        category=told.category,
        again=lambda: _without_evidence(cause, facts, told),
    )


def _meanings() -> Meanings:
    from wizard.diagnosis.meanings import our_meanings

    return our_meanings()


def _question(said: str) -> str:
    return tr_context(QUESTIONS, said) if said else ""


def _stage_of(cause: Cause) -> Stage:
    return Stage(cause.stage) if cause.stage in set(Stage) else Stage.INPUT


def _same_owner(one: _Failure, other: _Failure) -> bool:
    hosts = [(f.evidence.endpoint or f.report.candidate.endpoint).host.lower() for f in (one, other)]
    return hosts[0] == hosts[1] or hosts[0].split(".")[-2:] == hosts[1].split(".")[-2:]


def _understood(facts: Facts) -> tuple[str, ...]:
    words, found = facts.words, list[str]()
    if "reply_code" in words:
        found.append(tr("the reply code {code}", code=words["reply_code"]))
    if "provider" in words:
        found.append(tr("the provider {provider}", provider=words["provider"]))
    if "protocol" in words:
        if words["protocol"] == "SMTP":
            found.append(tr("sending mail ({protocol})", protocol=words["protocol"]))
        else:
            found.append(tr("receiving mail ({protocol})", protocol=words["protocol"]))
    return tuple(found)
