"""Who named a setting, in words and with an icon; no Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wizard.model.server import Protocol, Security, ServerCandidate, Source

if TYPE_CHECKING:  # loaded after the first paint
    from collections.abc import Sequence

    from wizard.model.address import Address
    from wizard.model.plan import Plan


NAMES: Final[dict[Source, str]] = {
    Source.PACK: "Your helpdesk",
    Source.PRESET: "Provider list",
    Source.AUTOCONFIG: "Your provider",
    Source.ISPDB: "Community database",
    Source.PACC: "Your provider",
    Source.AUTODISCOVER: "Your provider",
    Source.SRV: "Domain records",
    Source.MX: "Mail records",
    Source.GUESS: "Guessed",
    Source.GIVEN: "You",
}
SHORT_NAMES: Final[dict[Source, str]] = {**NAMES, Source.ISPDB: "Database"}
SENTENCE_NAMES: Final[dict[Source, str]] = {
    Source.PACK: "Your helpdesk says",
    Source.PRESET: "The provider list says",
    Source.AUTOCONFIG: "Your provider says",
    Source.ISPDB: "The community database says",
    Source.PACC: "Your provider says",
    Source.AUTODISCOVER: "Your provider says",
    Source.SRV: "The domain’s records say",
    Source.MX: "The domain’s mail records say",
    Source.GUESS: "The usual setting is",
    Source.GIVEN: "You typed",
}
ICONS: Final[dict[Source, str]] = {
    Source.PACK: "users",
    Source.ISPDB: "book",
    Source.PRESET: "list",
    Source.SRV: "globe",
    Source.MX: "globe",
    Source.GUESS: "wand",
    Source.GIVEN: "pencil",
}
SECURITY_NAMES: Final[dict[Security, str]] = {
    Security.TLS: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: "None",
}
PROTOCOL_NAMES: Final[dict[Protocol, str]] = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}

_STEP_NOTES: Final[dict[Source, str]] = {
    Source.PACK: "From your helpdesk",
    Source.AUTOCONFIG: "From your provider",
    Source.PACC: "From your provider",
    Source.AUTODISCOVER: "From your provider",
    Source.PRESET: "From the provider list",
    Source.ISPDB: "From the database",
    Source.SRV: "From the domain",
    Source.MX: "From the domain",
    Source.GUESS: "Guessed",
    Source.GIVEN: "As you typed them",
}
_SAY_NO_USERNAME: Final = frozenset({Source.SRV, Source.MX, Source.GUESS, Source.AUTODISCOVER, Source.PACC})
_ASKED_AT_ALL: Final = frozenset(
    {Source.AUTOCONFIG, Source.ISPDB, Source.PACC, Source.AUTODISCOVER, Source.SRV, Source.MX}
)


def icon(source: Source) -> str:
    """The icon that stands for the source."""
    return ICONS.get(source, "shield-check")


def of_username(candidate: ServerCandidate) -> Source:
    """Who named the user name: sources that name only servers leave it to a guess."""
    return Source.GUESS if candidate.source in _SAY_NO_USERNAME else candidate.source


def step_note(*candidates: ServerCandidate | None) -> str:
    """What the step list says about where the settings came from."""
    found = [candidate.source for candidate in candidates if candidate is not None]
    if not found:
        return ""
    if len(set(found)) > 1 and Source.GIVEN in found:
        return "Changed by you"
    return step_note_of(found[-1])


def step_note_of(source: Source) -> str:
    """Where settings came from: "From your provider"."""
    return _STEP_NOTES[source]


def asked_sentence(plan: Plan) -> str:
    """Who was asked about the address and answered, in one line."""
    answered: list[str] = []
    silent: list[str] = []
    for item in plan.asked:
        if item.source not in _ASKED_AT_ALL:
            continue
        name = "the community database" if item.source is Source.ISPDB else _party(item.whom, plan.address)
        said = answered if item.has_answered else silent
        if name not in said:
            said.append(name)
    if answered:
        return f"Asked: {_list(answered)}, without your password."
    if silent:
        return f"Asked, but not answered: {_list(silent)}. Is this computer connected to the internet?"
    return "Nobody was asked: these settings are on this computer."


def servers_sentence(plan: Plan, servers: Sequence[ServerCandidate], to_agree_to: Sequence[str]) -> str:
    """Where the password would go, said before anything is pressed; "" where no server is known."""
    hosts = list(dict.fromkeys(server.host for server in servers))
    if not hosts:
        return ""
    if to_agree_to:
        return f"Named for your mail: {_list(hosts)}. You are asked before your password goes there."
    if all(server.source is Source.GUESS for server in servers):
        return f"Your password is tried at the usual names of {plan.address.shown_domain}, such as {_list(hosts)}."
    return f"Your password goes to {_list(hosts)}."


def other_answers(chosen: ServerCandidate, plan: Plan | None) -> tuple[ServerCandidate, ...]:
    """What other sources say about the same server in another way, one candidate for each source."""
    if plan is None:
        return ()
    others: dict[Source, ServerCandidate] = {}
    for candidate in plan.of(chosen.protocol):
        if candidate.source in (chosen.source, Source.GUESS) or candidate.source in chosen.also:
            continue
        if chosen.trusted and not candidate.trusted:  # a weaker source is no second opinion
            continue
        if candidate.endpoint != chosen.endpoint:
            others.setdefault(candidate.source, candidate)
    agreed = {candidate.source for candidate in plan.of(chosen.protocol) if candidate.endpoint == chosen.endpoint}
    return tuple(candidate for source, candidate in others.items() if source not in agreed)


def difference(chosen: ServerCandidate, other: ServerCandidate) -> str:
    """What the other one has that differs, as it is put into a sentence."""
    parts = []
    if other.host != chosen.host:
        parts.append(other.host)
    if other.port != chosen.port or other.host != chosen.host:
        parts.append(f"port {other.port}")
    if other.security is not chosen.security or other.port != chosen.port:
        parts.append(SECURITY_NAMES[other.security])
    return ", ".join(parts)


def _party(whom: str, address: Address) -> str:
    """The domain itself for any host in it: that is whom people know."""
    if address.domain in whom:
        return address.shown_domain
    return whom.split("//")[-1].split("/")[0].split(":")[0].rstrip(".")


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
