"""A preset's servers as candidates for one address."""

from __future__ import annotations

from typing import Protocol as Interface

from wizard.discovery.candidate import OAUTH_METHODS, PASSWORD_METHODS, filled
from wizard.model.address import Address
from wizard.model.provider import Provider, ProviderServer, SignInWay
from wizard.model.server import ServerCandidate, Source, UsernameForm


class PresetBook(Interface):
    """The presets, as far as the planner needs them (wizard.discovery.presets keeps them)."""

    def for_domain(self, domain: str) -> Provider | None:
        """The provider of the addresses at `domain`."""

    def for_mx(self, host: str) -> Provider | None:
        """The provider whose mail exchanger `host` is."""

    def for_host(self, host: str) -> Provider | None:
        """The provider whose server `host` is."""

    def get(self, id: str) -> Provider | None:
        """The provider of that id."""


def candidates_of(provider: Provider, address: Address, source: Source) -> tuple[ServerCandidate, ...]:
    """The provider's servers in the preset's order; all trusted, for a preset names them.

    The servers of a region are a choice: without one made, those of the first region stand in the plan.
    """
    regions = [server.region for server in provider.servers]
    region = None if None in regions or not regions else regions[0]
    return tuple(
        ServerCandidate(
            protocol=server.protocol,
            host=filled(server.host, address),
            port=server.port,
            security=server.security,
            username=username_of(server, address),
            source=source,
            trusted=True,
            auth=_auth(provider, server),
        )
        for server in provider.servers
        if server.region == region
    )


def username_of(server: ProviderServer, address: Address) -> str:
    """The user name in the form this server wants; empty where only the person knows it."""
    match server.username_form:
        case UsernameForm.FULL_ADDRESS:
            return address.wire
        case UsernameForm.LOCAL_PART:
            return address.local
        case UsernameForm.OTHER:
            return filled(server.username, address) if server.username else ""


def notes_of(provider: Provider) -> tuple[str, ...]:
    """What the person should hear of this provider before anything is tried."""
    notes = [provider.no_servers_because] if provider.no_servers_because else []
    regions = [*dict.fromkeys(server.region for server in provider.servers if server.region)]
    if len(regions) > 1 and all(server.region for server in provider.servers):
        notes.append(f"{provider.name} has servers in several regions: {', '.join(regions)}.")
    notes += [step.say for step in provider.preparation]
    return tuple(notes)


def _auth(provider: Provider, server: ProviderServer) -> tuple[str, ...]:
    methods: list[str] = []
    for way in provider.sign_in:
        methods += OAUTH_METHODS if way is SignInWay.OAUTH2 else PASSWORD_METHODS[server.protocol]
    return tuple(dict.fromkeys(methods))
