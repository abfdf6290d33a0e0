"""Judges what a run saw: whose servers they are, which causes stand behind failures, what the buttons lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wizard.language import tr
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.diagnosis import Change, Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ProbeReport
from wizard.model.plan import Plan
from wizard.model.provider import Provider
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate, UsernameForm
from wizard.probe.environment import surroundings
from wizard.setup.offered import ChangeContext, others_of, settings_for, with_settings
from wizard.setup.run_facts import run_facts

if TYPE_CHECKING:
    from wizard.setup.context import Services


class Judge(Struct, frozen=True):
    """What is known of one account, and the judgements that follow from it; made anew when more is known.

    Args:
        services: names causes and knows providers.
        draft: the account as it is checked.
        provider: the account's provider, when it is known.
        plan: what discovery found, where it was asked.
    """

    services: Services
    draft: AccountDraft
    provider: Provider | None
    plan: Plan | None = None

    @classmethod
    def of(cls, services: Services, draft: AccountDraft, plan: Plan | None) -> Judge:
        """The judge of an account: its provider is the plan's, else the one whose servers were given."""
        provider = plan.provider if plan is not None else None
        hosts = [side.host for side in (draft.outgoing, draft.incoming) if side is not None]
        owners = (services.provider_of_host(host) for host in hosts)
        provider = provider or next((owner for owner in owners if owner is not None), None)
        return cls(services, _without_blanks(draft, provider), provider, plan)

    @classmethod
    def of_result(cls, services: Services, result: CheckResult) -> Judge:
        """The judge that a finished check had."""
        return cls(services, result.draft, result.known_provider, result.plan)

    def with_plan(self, plan: Plan) -> Judge:
        """The judge once discovery has found a plan; a provider that was known before stays."""
        if self.provider is not None:
            return replace(self, plan=plan)
        return Judge.of(self.services, self.draft, plan)

    def diagnose(self, failed: Sequence[ProbeReport], seen: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
        """The causes behind failed probes, the first one to be heard first; `seen` is all that the run saw."""
        if not failed:
            return ()
        return self.services.diagnoser().of_reports(
            failed,
            provider=self.provider,
            surroundings=surroundings(seen),
            address=self.draft.address,
            run_facts=run_facts(self.draft, self.provider, seen),
        )

    def with_settings(self, diagnoses: Sequence[Diagnosis], seen: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
        """The diagnoses with every button that changes settings given the settings it changes to."""
        if not diagnoses:
            return ()
        material = self._changes(seen)
        return tuple(with_settings(diagnosis, material) for diagnosis in diagnoses)

    def settings_for(self, change: Change, diagnosis: Diagnosis, seen: Sequence[ProbeReport]) -> ServerCandidate | None:
        """The best settings that a change stands for; None when it would change nothing that was not tried."""
        return settings_for(change, diagnosis, self._changes(seen))

    @property
    def own_provider(self) -> Provider | None:
        """The provider of the address itself, whoever's servers were typed."""
        if self.plan is not None and self.plan.provider is not None:
            return self.plan.provider
        return self.services.provider_of_domain(self.draft.address.domain)

    @property
    def suggestion(self) -> Address | None:
        """The address that was probably meant; None where this one is right, or the person said that it is."""
        address = self.draft.address
        return None if self.draft.address_is_right else self.services.suggestion_for(address)

    def is_of(self, provider: Provider | None, candidate: ServerCandidate) -> bool:
        """Whether the server belongs to this provider."""
        owner = self.services.provider_of_host(candidate.host)
        return provider is not None and owner is not None and owner.id == provider.id

    def named_by_preset(self, candidate: ServerCandidate) -> tuple[ServerCandidate, str | None]:
        """A typed server with the part before the @ as user name, where its provider wants that and none was said.

        Second a sentence that says so; None where the candidate is as it was.
        """
        draft = self.draft
        provider = self.services.provider_of_host(candidate.host)
        said = draft.username_of(candidate.way)
        if said or candidate.username != draft.address.wire or provider is None:
            return candidate, None
        forms = {server.username_form for server in provider.servers if server.protocol is candidate.protocol}
        if forms != {UsernameForm.LOCAL_PART} or draft.address.domain not in provider.domains:
            return candidate, None
        sentence = tr(
            "{provider} wants “{username}” as the user name there.",
            provider=provider.spoken_name,
            username=draft.address.local,
        )
        return replace(candidate, username=draft.address.local), sentence

    def _changes(self, seen: Sequence[ProbeReport]) -> ChangeContext:
        named = self.plan.candidates if self.plan is not None else others_of(self.provider, self.draft)
        services = self.services
        return ChangeContext(self.draft, self.provider, services.provider_of_host, seen, named, services.known_hosts())


def _without_blanks(draft: AccountDraft, provider: Provider | None) -> AccountDraft:
    """The draft with the blanks taken out of an app password that its provider shows in groups."""
    shape = provider.app_password if provider is not None else None
    if shape is None:
        return draft

    def cleaned(secret: Secret | None) -> Secret | None:
        return Secret(shape.clean(secret.reveal())) if secret is not None else None

    return replace(draft, secret=cleaned(draft.secret), outgoing_secret=cleaned(draft.outgoing_secret))
