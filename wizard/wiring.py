"""Builds every part once; the only file that knows them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.discovery.planner import Planner


def planner(
    nameserver: str | None = None,
    ca_files: Sequence[Path] = (),
    pack_paths: Sequence[Path] = (),
    practice: object | None = None,
) -> Planner:
    """What finds settings; `nameserver` is "HOST[:PORT]"."""
    from wizard import assets
    from wizard.discovery.planner import Planner
    from wizard.discovery.presets import PresetBook
    from wizard.net.dial import SystemDialer
    from wizard.net.dns import DnsResolver
    from wizard.net.fetch import Fetcher
    from wizard.net.tls import Trust

    host, _, port = (nameserver or "").partition(":")
    resolver = DnsResolver((host, int(port or 53)) if host else None)
    dialer = SystemDialer(resolver, lab=resolver.is_lab)
    presets = PresetBook.load([*pack_paths, assets.resources() / "presets"])
    return Planner(resolver, Fetcher(dialer, Trust(tuple(ca_files))), presets)
