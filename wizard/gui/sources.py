"""Who named a setting, in words and with an icon; no Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wizard.language import tr, tr_context, tr_later
from wizard.language.formats import and_list, comma_list
from wizard.model.server import Protocol, Security, ServerCandidate, Source

if TYPE_CHECKING:  # loaded after the first paint
    from collections.abc import Sequence

    from wizard.model.address import Address
    from wizard.model.plan import Plan


_NAMES: Final[dict[Source, str]] = {
    Source.PACK: tr_later("Your helpdesk"),
    Source.PRESET: tr_later("Provider list"),
    Source.AUTOCONFIG: tr_later("Your provider"),
    Source.ISPDB: tr_later("Community database"),
    Source.PACC: tr_later("Your provider"),
    Source.AUTODISCOVER: tr_later("Your provider"),
    Source.SRV: tr_later("Domain records"),
    Source.MX: tr_later("Mail records"),
    Source.GUESS: tr_later("Guessed"),
    Source.GIVEN: tr_later("You"),
}
_SHORT_NAMES: Final[dict[Source, str]] = {**_NAMES, Source.ISPDB: tr_later("Database")}
_SAYS: Final[dict[Source, str]] = {
    Source.PACK: tr_later("Your helpdesk says {setting}."),
    Source.PRESET: tr_later("The provider list says {setting}."),
    Source.AUTOCONFIG: tr_later("Your provider says {setting}."),
    Source.ISPDB: tr_later("The community database says {setting}."),
    Source.PACC: tr_later("Your provider says {setting}."),
    Source.AUTODISCOVER: tr_later("Your provider says {setting}."),
    Source.SRV: tr_later("The domain’s records say {setting}."),
    Source.MX: tr_later("The domain’s mail records say {setting}."),
    Source.GUESS: tr_later("The usual setting is {setting}."),
    Source.GIVEN: tr_later("You typed {setting}."),
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
_SECURITY_NAMES: Final[dict[Security, str]] = {
    Security.TLS: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
}
PROTOCOL_NAMES: Final[dict[Protocol, str]] = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}

_STEP_NOTES: Final[dict[Source, str]] = {
    Source.PACK: tr_later("From your helpdesk"),
    Source.AUTOCONFIG: tr_later("From your provider"),
    Source.PACC: tr_later("From your provider"),
    Source.AUTODISCOVER: tr_later("From your provider"),
    Source.PRESET: tr_later("From the provider list"),
    Source.ISPDB: tr_later("From the database"),
    Source.SRV: tr_later("From the domain"),
    Source.MX: tr_later("From the domain"),
    Source.GUESS: tr_later("Guessed"),
    Source.GIVEN: tr_later("As you gave them"),
}
_SAY_NO_USERNAME: Final = frozenset({Source.SRV, Source.MX, Source.GUESS, Source.AUTODISCOVER, Source.PACC})
_ASKED_AT_ALL: Final = frozenset(
    {Source.AUTOCONFIG, Source.ISPDB, Source.PACC, Source.AUTODISCOVER, Source.SRV, Source.MX}
)


def name(source: Source) -> str:
    """Who named a setting: "Your provider"."""
    return tr(_NAMES[source])


def short_name(source: Source) -> str:
    """Who named a setting, where there is little room: "Database"."""
    return tr(_SHORT_NAMES[source])


def says(source: Source, setting: str) -> str:
    """What a source says, as a sentence: "Your provider says port 465, SSL/TLS."."""
    return tr(_SAYS[source], setting=setting)


def security_name(security: Security) -> str:
    """An encryption as it is chosen: "SSL/TLS", "STARTTLS", "None"."""
    return tr_context("encryption", "None") if security is Security.NONE else _SECURITY_NAMES[security]


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
        return tr("Changed by you")
    return step_note_of(found[-1])


def step_note_of(source: Source) -> str:
    """Where settings came from: "From your provider"."""
    return tr(_STEP_NOTES[source])


def asked_sentence(plan: Plan) -> str:
    """Who was asked about the address and answered, in one line."""
    answered: list[str] = []
    silent = False
    for item in plan.asked:
        if item.source not in _ASKED_AT_ALL:
            continue
        if not item.has_answered:
            silent = True
            continue
        name = (
            tr_context("whom we asked", "community database")
            if item.source is Source.ISPDB
            else _party(item.whom, plan.address)
        )
        if name not in answered:
            answered.append(name)
    if answered:
        return tr("Asked: {names}.", names=comma_list(answered))
    if silent:
        return tr("Nobody answered. Is this computer online?")
    return tr("Nobody was asked.")


def servers_sentence(plan: Plan, servers: Sequence[ServerCandidate], to_agree_to: Sequence[str]) -> str:
    """Where the password would go, said before anything is pressed; "" where no server is known."""
    hosts = list(dict.fromkeys(plan.address.as_read(server.host) for server in servers))
    if not hosts:
        return ""
    if to_agree_to:
        return tr("You are asked before your password goes to {hosts}.", hosts=and_list(hosts))
    if plan.provider is not None and plan.provider.wants_browser:
        return tr("Servers: {hosts}.", hosts=and_list(hosts))
    if all(server.source is Source.GUESS for server in servers):
        return tr("Your password is tried at guessed names such as {hosts}.", hosts=and_list(hosts))
    return tr("Your password goes to {hosts}.", hosts=and_list(hosts))


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
    """What the other one has that differs, as `says` puts it into a sentence."""
    parts = []
    if other.host != chosen.host:
        parts.append(other.host)
    if other.port != chosen.port or other.host != chosen.host:
        parts.append(tr("port {port}", port=other.port))
    if other.security is not chosen.security or other.port != chosen.port:
        parts.append(security_name(other.security))
    return comma_list(parts)


def _party(whom: str, address: Address) -> str:
    """The domain itself for any host in it: that is whom people know."""
    if address.domain in whom:
        return address.shown_domain
    return whom.split("//")[-1].split("/")[0].split(":")[0].rstrip(".")
