"""What a session works with, and what lasts from press to press."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from typing import Protocol as Interface

from msgspec import Struct, field
from msgspec.structs import replace

from wizard.language import tr
from wizard.language.formats import date_text
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage, Surroundings
from wizard.model.plan import ALL_SOURCES, Plan, PlanOptions
from wizard.model.progress import Listener
from wizard.model.provider import Provider
from wizard.model.refusal import Refusal
from wizard.model.run_fact import RunFacts
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol
from wizard.net.dial import Dialer
from wizard.net.dns import Resolver
from wizard.net.sites import registrable_domain
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.engine import Prober
from wizard.probe.permits import HostPermits
from wizard.setup.did_you_mean import nearest_address, suggested_address
from wizard.setup.options import Options
from wizard.setup.signin_budget import SignInBudget

EXPIRES_SOON = timedelta(days=14)

if TYPE_CHECKING:
    from wizard.setup.browser_sign_in import BrowserSignIn


class FindsSettings(Interface):
    """Finds settings; `discovery.planner.Planner` is one."""

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        """The settings that would be tried."""


class NamesCauses(Interface):
    """Names causes; `diagnosis.diagnose.Diagnoser` is one."""

    def of_reports(
        self,
        reports: Sequence[ProbeReport],
        *,
        provider: Provider | None,
        surroundings: Surroundings,
        address: Address,
        run_facts: RunFacts = ...,
    ) -> tuple[Diagnosis, ...]:
        """The causes of failed probes, the first one to be heard first."""

    def of_text(
        self, text: str, *, stage: str | None = None, protocol: str | None = None, server: str | None = None
    ) -> Diagnosis:
        """The cause behind a pasted text."""

    def of_cause(self, cause: str) -> Diagnosis | None:
        """The card of the cause of that name, without evidence; `None` where there is none."""

    def of_refusal(self, refusal: Refusal) -> str:
        """The id of the cause that a browser sign-in which ended like this is shown under."""


def _no_provider(_: str) -> Provider | None:
    return None


class Services(Struct, frozen=True):
    """What a session works with; `wiring` builds them once.

    The diagnoser is asked for when something is to be explained: the causes take a moment to read, and memory; what
    signs in in the browser when it is wanted.
    """

    resolver: Resolver
    dialer: Dialer
    trust: Trust
    planner: FindsSettings
    diagnoser: Callable[[], NamesCauses]
    provider_of_host: Callable[[str], Provider | None]
    known_hosts: Callable[[], Iterable[str]]
    browser: Callable[[], BrowserSignIn] | None = None
    provider_of_domain: Callable[[str], Provider | None] = _no_provider
    budget: SignInBudget = field(default_factory=SignInBudget)  # one for all sessions: the program counts, not they
    hosts: HostPermits = field(default_factory=HostPermits)  # the connections to each host, of all sessions together
    keeps_warm: bool = True  # whether lines may be opened before the check; not where servers play a part in a lesson

    def suggestion_for(self, address: Address) -> Address | None:
        """The address that was probably meant; None where nothing speaks against this one."""
        return suggested_address(address, lambda domain: self.provider_of_domain(domain) is not None)

    def nearest_to(self, address: Address) -> Address | None:
        """The address at a known provider that is most like one whose domain does not exist; None where none is."""
        sites = {registrable_domain(host) for host in self.known_hosts()}
        return nearest_address(address, (site for site in sites if self.provider_of_domain(site) is not None))


class SessionContext(Struct):
    """What every run of a session shares: services, options, certificates that were trusted."""

    services: Services
    options: Options
    pins: dict[str, str] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)

    def note_silence(self, reports: Iterable[ProbeReport]) -> None:
        """Servers that were reached and did not greet in time are waited for longer by the next check."""
        failures = ((report.candidate.endpoint, report.failure) for report in reports)
        self.slow |= {
            str(endpoint)
            for endpoint, failure in failures
            if failure is not None and (failure.stage, failure.error) == (Stage.GREETING, ErrorKind.SILENCE)
        }

    async def discover(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        """The settings that would be tried for the address; no password is in reach of this.

        Nobody is asked whom the session's own options leave out.
        """
        ask_nobody = options.ask_nobody or self.options.ask_nobody
        offline = options.offline or self.options.offline
        plan = await self.services.planner.plan(address, replace(options, ask_nobody=ask_nobody, offline=offline))
        return replace(plan, suggestion=self.services.suggestion_for(address))

    def prober(self, draft: AccountDraft, listener: Listener) -> Prober:
        """What makes conversations for one run of this account."""
        known = [secret for secret in (draft.secret, draft.outgoing_secret, draft.oauth_token) if secret is not None]
        # An app password that its provider shows in groups is sent without the blanks.
        known += [Secret("".join(secret.reveal().split())) for secret in known]
        names = [draft.address.wire, draft.address.local]
        names += [name for name in (draft.username, draft.outgoing_username) if name is not None]
        names += [side.username for side in (draft.incoming, draft.outgoing) if side is not None]
        redact = Redactor(tuple(dict.fromkeys(known)), tuple(dict.fromkeys(names)))
        network = Network(
            self.services.dialer,
            self.services.trust,
            pins=tuple(self.pins.items()),
            trusted=self.options.trusted_certificates,
            slow=frozenset(self.slow),
        )
        return Prober(
            network,
            redact,
            listener=listener,
            allow_unencrypted=self.options.allow_unencrypted,
            in_clear=draft.in_clear,
            hosts=self.services.hosts,
        )


def timeline(reports: Sequence[ProbeReport]) -> tuple[Evidence, ...]:
    """All evidence in order of time."""
    return tuple(sorted((item for report in reports for item in report.evidence), key=lambda item: item.t_s))


def put_off(reports: Sequence[ProbeReport]) -> tuple[str, ...]:
    """A sentence for each server that put a message off and was asked once more."""
    told: dict[str, None] = {}
    for report in reports:
        for item in report.evidence:
            said = item.detail.get("put_off")
            if said and item.outcome in (Outcome.OK, Outcome.FAILED):
                host = report.candidate.host
                if item.outcome is Outcome.OK:
                    sentence = tr(
                        "{host} put a message off (“{reply}”) and took it when it was asked once more.",
                        host=host,
                        reply=said,
                    )
                else:
                    sentence = tr(
                        "{host} put a message off (“{reply}”) and did not take it either when it was asked once more.",
                        host=host,
                        reply=said,
                    )
                told[sentence] = None
    return tuple(told)


def alerts(reports: Sequence[ProbeReport]) -> tuple[str, ...]:
    """A sentence for each text that a server wants people to be shown."""
    told = (
        tr("{host} says: “{reply}”", host=report.candidate.host, reply=said)
        for report in reports
        for said in report.alerts
    )
    return tuple(dict.fromkeys(told))


def sign_in_attempts(reports: Sequence[ProbeReport]) -> dict[Protocol, int]:
    """How often a password was sent, by protocol."""
    counts: dict[Protocol, int] = {}
    for report in reports:
        if report.sign_in_attempts:
            protocol = report.candidate.protocol
            counts[protocol] = counts.get(protocol, 0) + report.sign_in_attempts
    return counts


def expiring(reports: Sequence[ProbeReport]) -> tuple[str, ...]:
    """A sentence for each accepted certificate that runs out soon."""
    told: dict[str, str] = {}
    for report in reports:
        seen = report.last(Stage.TLS)
        if seen is None or seen.outcome is not Outcome.OK or seen.certificate is None:
            continue
        until = seen.certificate.not_after
        if until - datetime.now(UTC) < EXPIRES_SOON:
            told[report.candidate.host] = tr(
                "The certificate of {host} runs out on {date}.",
                host=report.candidate.host,
                date=date_text(until),
            )
    return tuple(told.values())
