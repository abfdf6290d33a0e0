"""What is said beside the address once it is known who keeps the mail, and what a screen reader says in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.gui.widgets.state_disc import DiscState
from wizard.language import tr
from wizard.language.formats import ended
from wizard.model.server import Source

if TYPE_CHECKING:
    from wizard.model.plan import Plan


def found(plan: Plan) -> tuple[str, DiscState | None, str]:
    """The words, the mark where there is one, and the colour of the theme."""
    if plan.suggestion is not None:
        return tr("Did you mean {domain}?", domain=plan.suggestion.shown_domain), None, "warn"
    if plan.provider is not None:
        if plan.probably:
            return tr("Probably {provider}", provider=plan.provider.spoken_name), None, "ink2"
        if plan.address.domain in plan.provider.domains:
            return plan.provider.spoken_name, DiscState.OK, "ok"
        return tr("Hosted by {provider}", provider=plan.provider.spoken_name), DiscState.OK, "ok"
    if plan.candidates and plan.candidates[0].source is Source.GIVEN:
        return tr("Settings read"), DiscState.OK, "ok"
    if any(candidate.source.is_published for candidate in plan.candidates):
        return tr("Settings found"), DiscState.OK, "ok"
    if any(candidate.source is Source.MX for candidate in plan.candidates):
        return tr("Likely servers found"), None, "ink2"
    if plan.candidates:
        return tr("No settings found"), None, "ink2"
    return tr("No mail servers found"), DiscState.WARN, "warn"


def spoken(plan: Plan) -> str:
    """The same as a sentence of its own, for whoever does not see what it stands beside."""
    provider = plan.provider
    if provider is None or plan.suggestion is not None:
        return ended(found(plan)[0])
    name, domain = provider.spoken_name, plan.address.shown_domain
    if plan.probably:
        return tr("{domain} is probably hosted by {provider}.", domain=domain, provider=name)
    if plan.address.domain in provider.domains:
        return tr("{domain} belongs to {provider}.", domain=domain, provider=name)
    return tr("{domain} is hosted by {provider}.", domain=domain, provider=name)
