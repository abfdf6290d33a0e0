"""The practice providers as presets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wizard.model.provider import Provider


class PracticePresets:
    """Finds practice providers as the real book of presets finds real ones."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = tuple(providers)

    def for_domain(self, domain: str) -> Provider | None:
        """The provider of an address's domain."""
        return next((provider for provider in self._providers if domain.lower() in provider.domains), None)

    def for_mx(self, host: str) -> Provider | None:
        """The provider whose mail exchanger this is."""
        return next(
            (provider for provider in self._providers if any(host.endswith(end) for end in provider.mx_suffixes)), None
        )

    def for_host(self, host: str) -> Provider | None:
        """The provider one of whose servers this is."""
        return next(
            (provider for provider in self._providers if any(server.host == host for server in provider.servers)), None
        )

    def get(self, id: str) -> Provider | None:
        """The provider of that name."""
        return next((provider for provider in self._providers if provider.id == id), None)

    def search(self, query: str) -> tuple[Provider, ...]:
        """The providers whose name, domain or server holds the words; an empty query finds all."""
        words = query.rpartition("@")[2].casefold().split()
        found = []
        for provider in self._providers:
            text = " ".join((provider.name, *provider.domains, *(server.host for server in provider.servers)))
            if all(word in text.casefold() for word in words):
                found.append(provider)
        return tuple(sorted(found, key=lambda provider: provider.name.casefold()))

    def is_from_pack(self, id: str) -> bool:
        """Never: the practice network has no packs."""
        return False

    def hosts(self) -> Iterable[str]:
        """Every server's host name."""
        return dict.fromkeys(server.host for provider in self._providers for server in provider.servers)
