"""What is shown of a check: without its secrets, and inert."""

from __future__ import annotations

from collections.abc import Callable

from wizard.language import without_isolates
from wizard.model.account import CheckResult
from wizard.model.secret import Redactor, Secret
from wizard.model.text import inert

Clean = Callable[[str], str]


def cleaner(result: CheckResult) -> Clean:
    """Masks every form of this check's secrets and makes what is left inert; marks of direction of our own go."""
    draft = result.draft
    secrets = tuple(s for s in (draft.secret, draft.outgoing_secret, draft.oauth_token) if isinstance(s, Secret))
    names = {draft.address.local, draft.address.wire, str(draft.address)}
    for server in (draft.incoming, draft.outgoing):
        if server is not None:
            names.add(server.username)
    for side in (result.incoming, result.outgoing):
        if side is not None:
            names.add(side.candidate.username)
    redact = Redactor(secrets, tuple(names), parts=False)
    return lambda text: inert(redact(without_isolates(text)))
