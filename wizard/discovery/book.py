"""What discovery asks the presets."""

from __future__ import annotations

from typing import Protocol as Interface

from wizard.model.provider import Provider


class PresetBook(Interface):
    """The presets, as far as the planner needs them (wizard.discovery.presets keeps them)."""

    def for_domain(self, domain: str, /) -> Provider | None:
        """The provider of the addresses at `domain`."""

    def for_mx(self, host: str, /) -> Provider | None:
        """The provider whose mail exchanger `host` is."""

    def for_host(self, host: str, /) -> Provider | None:
        """The provider whose server `host` is."""

    def get(self, id: str, /) -> Provider | None:
        """The provider of that id."""

    def is_from_pack(self, provider_id: str, /) -> bool:
        """Whether a helpdesk pack states that provider."""
