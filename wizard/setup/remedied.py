"""The account as a remedy makes it anew: its address, its password or its servers."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.diagnosis import Change, Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.server import Protocol, ServerCandidate
from wizard.net.sites import registrable_domain
from wizard.setup.offered import sender_of


def suggested_by(diagnosis: Diagnosis) -> Address | None:
    """The address that the evidence of a diagnosis says was meant."""
    said = next((item.detail["suggestion"] for item in diagnosis.evidence if "suggestion" in item.detail), None)
    return Address.parse(said) if said else None


def without_blank(draft: AccountDraft, diagnosis: Diagnosis) -> AccountDraft:
    """The password that was refused, without what cannot be seen at its ends."""
    if diagnosis.protocol is Protocol.SMTP and draft.outgoing_secret is not None:
        return replace(draft, outgoing_secret=draft.outgoing_secret.without_outer_blanks())
    return replace(draft, secret=draft.secret.without_outer_blanks()) if draft.secret is not None else draft


def moved_to(draft: AccountDraft, address: Address) -> AccountDraft:
    """The account under another address: what was said about servers and user names was about the old one."""
    return AccountDraft(address, draft.display_name, draft.secret, ask_nobody=draft.ask_nobody)


def changed(result: CheckResult, change: Change, candidate: ServerCandidate) -> AccountDraft:
    """The draft with the settings in place of its own."""
    draft = result.draft.with_server(candidate)
    # The button named the server: its press is the person's yes to that domain.
    draft = replace(draft, agreed=draft.agreed | {registrable_domain(candidate.host)})
    if change is Change.NO_SIGN_IN:
        return replace(draft, signs_in_to_send=False)
    if change is Change.IN_CLEAR:
        return replace(draft, in_clear=draft.in_clear | {candidate.host})
    sender = sender_of(candidate) if change is Change.SENDER_IS_USERNAME else None
    if sender is None:
        return draft
    # The other address may belong to another domain: receiving stays where it was found.
    if draft.incoming is None and result.incoming is not None:
        draft = draft.with_server(result.incoming.candidate)
    return replace(draft, address=sender)
