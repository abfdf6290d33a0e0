"""What a domain publishes about its mail, in plain words: a result that one can send on, the same for both faces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from wizard.domain.check import check_domain
from wizard.domain.finding import Finding, State
from wizard.handover.page import Section
from wizard.language import tr, tr_later, tr_plural
from wizard.language.formats import comma_list, date_text, paragraph, time_text
from wizard.net.dns import Resolver
from wizard.net.fetch import Fetcher

_STATES: Final = {
    State.OK: tr_later("good"),
    State.WARNING: tr_later("could be better"),
    State.WRONG: tr_later("wrong"),
    State.ABSENT: tr_later("not published"),
    State.UNKNOWN: tr_later("unknown"),
}


class DomainReport(Struct, frozen=True):
    """The findings about a domain; `shown` is its name as people read it."""

    shown: str
    findings: tuple[Finding, ...]
    checked_at: datetime

    @property
    def title(self) -> str:
        """What it is about."""
        return tr("Mail of {domain}", domain=self.shown)

    @property
    def says_nothing(self) -> bool:
        """Whether nobody could say anything."""
        return all(finding.state is State.UNKNOWN for finding in self.findings)

    @property
    def summary(self) -> str:
        """How many things are wrong, how many could not be looked at, and when it was looked."""
        time = comma_list((date_text(self.checked_at), time_text(self.checked_at)))
        checked = tr("Checked on {time} UTC.", time=time)
        return paragraph((self._verdict(), checked))

    def _verdict(self) -> str:
        if self.says_nothing:
            return tr("Nobody could say anything: no name server answered.")
        total = len(self.findings)
        wrong, unknown = (
            sum(finding.state is state for finding in self.findings) for state in (State.WRONG, State.UNKNOWN)
        )
        said = tr("Nothing that could be looked at is wrong.") if unknown else tr("Nothing is wrong.")
        if wrong:
            said = tr_plural("One of {total} things is wrong.", "{n} of {total} things are wrong.", wrong, total=total)
        if not unknown:
            return said
        return paragraph((said, tr_plural("{n} could not be looked at.", "{n} could not be looked at.", unknown)))

    def sections(self) -> tuple[Section, ...]:
        """The whole of it, for a page or a text."""
        sections = [Section(self.title, (self.summary,))]
        for finding in self.findings:
            lines = [tr("now: {line}", line=line) for line in finding.lines]
            lines += [tr("publish: {record}", record=f"{one.name}  {one.type}  {one.value}") for one in finding.publish]
            heading = f"{finding.title}: {state_words(finding.state)}"
            sections.append(Section(heading, (finding.says,), lines=tuple(lines)))
        return tuple(sections)


def state_words(state: State) -> str:
    """How a thing stands, in a word or two."""
    return tr(_STATES[state])


async def report_on(
    domain: str,
    shown: str,
    resolver: Resolver,
    fetcher: Fetcher | None,
    *,
    selectors: Sequence[str] = (),
    sender: str | None = None,
) -> DomainReport:
    """Looks at the domain now; the arguments are those of `check_domain`."""
    now = datetime.now(UTC)
    findings = await check_domain(domain, resolver, fetcher, now=now, selectors=selectors, sender=sender)
    return DomainReport(shown, findings, now)
