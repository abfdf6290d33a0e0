"""What is asked about a side that failed: does its domain exist, is a guest network why, whose line is this?"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterable, Sequence

from wizard.errors import DnsUnavailable, NameNotFound
from wizard.model.evidence import ErrorKind, Outcome, ProbeReport, Stage
from wizard.model.host import is_address
from wizard.model.progress import Progress
from wizard.model.provider import Provider
from wizard.model.server import Protocol, Source, Way
from wizard.net.dial import Dialer
from wizard.net.patience import within
from wizard.net.portal import is_page, is_portal, web_answer
from wizard.net.sites import has_known_ending, registrable_domain
from wizard.probe.environment import public_address
from wizard.probe.permits import Permits
from wizard.setup.did_you_mean import resembles_provider
from wizard.setup.judge import Judge
from wizard.setup.likeliest import with_detail

DOMAIN_S = 3.0
PORTAL_S = 1.5
PORTS_SHUT = 2  # of one server, before its web port is asked: with one shut, the next mostly is the right one
_WEB = 80
_NOBODY = "192.0.2.1"  # RFC 5737: nobody has it, so a page that comes from there is of the network one is in
# What a guest network makes of a mail port that it lets nobody through to.
_SHUT_OUT = frozenset({ErrorKind.CONNECTION_REFUSED, ErrorKind.CONNECTION_TIMED_OUT, ErrorKind.NETWORK_UNREACHABLE})


# What providers call their customers' lines, where it is not what they call their mailboxes: the latter's domain.
_LINES = {
    "t-ipconnect.de": "t-online.de",
    "btcentralplus.com": "btinternet.com",
    "proxad.net": "free.fr",
    "virginm.net": "virginmedia.com",
    "vodafone-ip.de": "vodafone.de",
    "spectrum.com": "charter.net",
}


async def looked_again(judge: Judge, reports: Sequence[ProbeReport], page: NetworkPage) -> tuple[ProbeReport, ...]:
    """The failed reports of one side, with what a second question showed of the domain, the network or the line."""
    kinds = {report.failure.error for report in reports if report.failure is not None}
    guessed = all(report.candidate.source is Source.GUESS for report in reports)
    if judge.plan is not None and judge.plan.takes_no_mail and guessed:
        return tuple(with_detail(report, takes_no_mail=True) for report in reports)
    if kinds == {ErrorKind.NAME_NOT_FOUND}:
        return await _at_domain(judge, reports)
    kinds.discard(ErrorKind.NAME_NOT_FOUND)  # of the usual names most are no computer's, in any network
    if kinds and kinds <= _SHUT_OUT:
        return await _at_network(judge, reports, page)
    if ErrorKind.REPLY in kinds and not judge.draft.ask_nobody:
        return await _at_line(judge, reports)
    return tuple(reports)


async def _at_line(judge: Judge, reports: Sequence[ProbeReport]) -> tuple[ProbeReport, ...]:
    """Marks refusals to send that name our address with whose line that is, for its provider may have a relay."""
    failures = [report.failure for report in reports if report.failure is not None]
    refusals = [failure.reply for failure in failures if failure.stage in (Stage.GREETING, Stage.ENVELOPE)]
    address = next((seen for reply in refusals if reply is not None and (seen := public_address(reply.judged))), None)
    if address is None or reports[0].candidate.way is not Way.SENDING:
        return tuple(reports)
    try:
        with within(DOMAIN_S):
            names = await judge.services.resolver.ptr(ipaddress.ip_address(address))
    except (DnsUnavailable, NameNotFound, TimeoutError):
        return tuple(reports)
    provider = next((found for name in names if (found := _isp_of(judge, name)) is not None), None)
    relay = next((one for one in provider.servers if one.protocol is Protocol.SMTP), None) if provider else None
    if provider is None or relay is None:
        return tuple(reports)
    where = f"{relay.host}:{relay.port}/{relay.security.value}"
    return tuple(with_detail(report, isp=provider.spoken_name, isp_relay=where) for report in reports)


def _isp_of(judge: Judge, name: str) -> Provider | None:
    site = registrable_domain(name)
    services = judge.services
    found = services.provider_of_domain(_LINES.get(site, site)) or services.provider_of_host(name)
    return found if found is not None and found.category == "isp" else None


async def _at_domain(judge: Judge, reports: Sequence[ProbeReport]) -> tuple[ProbeReport, ...]:
    """Marks names that are missing because the account's whole domain is; with what was meant, where it is near."""
    address = judge.draft.address
    if not all(report.candidate.host.endswith(address.domain) for report in reports):
        return tuple(reports)
    try:
        with within(DOMAIN_S):
            if await judge.services.resolver.exists(address.domain):
                return tuple(reports)
    except (DnsUnavailable, TimeoutError):
        return tuple(reports)
    # A slip was asked about before, and this is the answer.
    meant = judge.services.nearest_to(address) if resembles_provider(address.domain) is None else None
    if meant is not None:
        return tuple(with_detail(report, near_provider=True, suggestion=str(meant)) for report in reports)
    if not has_known_ending(address.domain):
        return tuple(with_detail(report, no_such_ending=True) for report in reports)
    return tuple(with_detail(report, domain_not_registered=True) for report in reports)


class NetworkPage:
    """The page that a guest network shows whoever asks a mail server of its web port, at any host alike.

    Two ports of a receiving server that shut us out are reason to ask there at once, beside the ports still to be
    tried, as long as no server let us in. What came of that holds for both sides.

    Args:
        dialer: makes the connections.
        permits: how many there may be; to be set at once.
    """

    permits: Permits

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._shut: Counter[str] = Counter()
        self._is_let_in = False
        self._asked: dict[str, asyncio.Task[bytes]] = {}
        self._nobody: asyncio.Task[bytes] | None = None

    def hear(self, progress: Progress) -> None:
        """Follows a run, and begins to ask where it is time to."""
        if progress.stage is not Stage.CONNECT or progress.endpoint is None or progress.protocol is Protocol.SMTP:
            return
        host = progress.endpoint.host
        self._is_let_in |= progress.outcome is Outcome.OK
        self._shut[host] += progress.outcome is Outcome.FAILED and progress.error in _SHUT_OUT
        if self._shut[host] >= PORTS_SHUT and not (self._is_let_in or self._asked or is_address(host)):
            self._asked[host] = asyncio.ensure_future(self._page_at(host))

    async def is_there(self, hosts: Iterable[str], *, may_ask_others: bool) -> bool:
        """Whether one is there, going by the host that was asked already, or else by the first two of these.

        `may_ask_others`: whether an address outside the account may be asked: a page may say nothing that we know, and
        send whoever asks to a company elsewhere, but answers where nobody is as well.
        """
        names = () if self._asked else [host for host in dict.fromkeys(hosts) if not is_address(host)][:2]
        self._asked |= {host: asyncio.ensure_future(self._page_at(host)) for host in names}
        asked = dict(self._asked)
        answers = dict(zip(asked, await asyncio.gather(*map(asyncio.shield, asked.values())), strict=True))
        if any(is_portal(answer, host, _WEB) for host, answer in answers.items()):
            return True
        if not may_ask_others or not any(map(is_page, answers.values())):
            return False
        if self._nobody is None:
            self._nobody = asyncio.ensure_future(self._answer(_NOBODY))
        return is_page(await asyncio.shield(self._nobody))

    async def stop(self) -> None:
        """Ends what is still being asked."""
        tasks = [*self._asked.values(), *([self._nobody] if self._nobody is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _page_at(self, host: str) -> bytes:
        if self.permits.is_full(host):
            del self._asked[host]  # the other side is talking to it; where that leads nowhere, it asks at its end
            return b""
        permit = await self.permits.take(host)
        try:
            return await self._answer(host)
        finally:
            permit.give_back()

    async def _answer(self, host: str) -> bytes:
        return await web_answer(self._dialer, host, _WEB, given=False, seconds=PORTAL_S)


async def _at_network(judge: Judge, reports: Sequence[ProbeReport], page: NetworkPage) -> tuple[ProbeReport, ...]:
    """Marks connections that a guest network did not let through: its page answers at the mail servers' names."""
    hosts = [report.candidate.host for report in reports if report.last(Stage.CONNECT) is not None]
    if not await page.is_there(hosts, may_ask_others=not judge.draft.ask_nobody):
        return tuple(reports)
    return tuple(with_detail(report, portal=True) for report in reports)
