"""What is looked up beside the mail, and never in its way: the domain's records, calendars and contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import assets
from wizard.net.fetch import Fetcher
from wizard.net.sites import same_site

if TYPE_CHECKING:
    from wizard.model.address import Address
    from wizard.model.dav import DavService
    from wizard.setup.context import SessionContext
    from wizard.setup.domain_report import DomainReport


class LookUps:
    """No password is in reach of any of them."""

    def __init__(self, context: SessionContext) -> None:
        self._context = context

    async def domain(self, address: Address, sender: str | None = None, *, ask_nobody: bool = False) -> DomainReport:
        """What the address's domain publishes about its mail, and what to publish.

        Args:
            sender: the server that sends for it; one of another company's is that company's affair.
            ask_nobody: the name servers are asked, and neither the domain's own page nor its registry.
        """
        from wizard.setup.domain_report import report_on

        services = self._context.services
        fetcher = None if ask_nobody or self._asks_nobody else Fetcher(services.dialer, services.trust)
        own = sender if sender is not None and same_site(sender, address.domain) else None
        return await report_on(address.domain, address.shown_domain, services.resolver, fetcher, sender=own)

    async def calendars(
        self, address: Address, provider: str | None, *, ask_nobody: bool = False
    ) -> tuple[DavService, ...]:
        """Where the account's calendars and contacts are: its provider's, else those that its domain names.

        Args:
            provider: the id of the account's preset.
            ask_nobody: what is known by heart alone.
        """
        from wizard.discovery.calendars import find_services, known_services

        known = known_services(assets.resources() / "calendars.toml").get(provider or "", ())
        if ask_nobody or self._asks_nobody:
            return known
        services = self._context.services
        return await find_services(address, services.resolver, Fetcher(services.dialer, services.trust), known)

    @property
    def _asks_nobody(self) -> bool:
        options = self._context.options
        return options.ask_nobody or options.offline
