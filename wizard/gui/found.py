"""What is said beside the address once it is known who keeps the mail: words, mark and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.gui.widgets.state_disc import DiscState
from wizard.language import tr
from wizard.model.server import Source

if TYPE_CHECKING:
    from wizard.model.plan import Plan


def found(plan: Plan) -> tuple[str, DiscState | None, str]:
    """The words, the mark where there is one, and the colour of the theme."""
    if plan.suggestion is not None:
        return tr("Did you mean {domain}?", domain=plan.suggestion.shown_domain), None, "warn"
    if plan.provider is not None:
        if plan.probably:
            return tr("Probably {provider}", provider=plan.provider.name), None, "ink2"
        return tr("Provider found: {provider}", provider=plan.provider.name), DiscState.OK, "ok"
    if plan.candidates and plan.candidates[0].source is Source.GIVEN:
        return tr("Settings read"), DiscState.OK, "ok"
    if any(candidate.source.is_published for candidate in plan.candidates):
        return tr("Settings found"), DiscState.OK, "ok"
    if any(candidate.source is Source.MX for candidate in plan.candidates):
        return tr("Likely servers found"), None, "ink2"
    if plan.candidates:
        return tr("No settings found, the usual ones are tried"), None, "ink2"
    return tr("No mail servers found"), DiscState.WARN, "warn"
