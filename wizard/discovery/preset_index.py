"""Which provider owns a name, what two presets both claim, and the compiled presets of a folder.

A folder of presets may hold `compiled.jsonl`, so that a look-up need not parse hundreds of files: the first line says
which domain, MX ending and server name belongs to whom, each further line is one provider and is read when it is asked
for. It is believed while its digest is that of the presets (wizard/compiled.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from wizard.compiled import digest
from wizard.discovery.preset_file import read_preset
from wizard.discovery.preset_glance import COMPILED as COMPILED
from wizard.errors import ResourceError
from wizard.language import tr, tr_later
from wizard.model.provider import Provider


def index_of(providers: Iterable[Provider]) -> dict[str, dict[str, str]]:
    """Which domain, MX ending and server name belongs to which provider's id; "*." stands before patterns."""
    domains: dict[str, str] = {}
    mx: dict[str, str] = {}
    owned: dict[str, str] = {}
    used: dict[str, str] = {}
    for provider in sorted(providers, key=lambda each: each.id):
        for names, index in ((provider.domains, domains), (provider.mx_suffixes, mx), (provider.hosts, owned)):
            for name in names:
                index.setdefault(name, provider.id)
        for host in server_hosts(provider):
            used.setdefault(host, provider.id)
    return {"domains": domains, "mx": mx, "hosts": used | owned}


def server_hosts(provider: Provider) -> tuple[str, ...]:
    """The names of its servers: %EMAILDOMAIN% filled in with its domains, other placeholders as a "*." pattern.

    A bare IP address is nobody's name: 127.0.0.1 is where a bridge listens, and much else.
    """
    names: dict[str, None] = {}
    for server in provider.servers:
        if server.host.rpartition(".")[2].isdigit():
            continue
        if "%" not in server.host:
            names[server.host] = None
        elif "%EMAILDOMAIN%" in server.host:
            for domain in provider.domains:
                names[server.host.replace("%EMAILDOMAIN%", domain)] = None
        else:
            names["*." + server.host.partition(".")[2]] = None
    return tuple(names)


def conflicts(providers: Sequence[Provider]) -> tuple[str, ...]:
    """What two presets both claim, a sentence each; shared servers must be owned by exactly one through `hosts`."""
    sentences = []
    for claimed, names_of in (
        (tr_later("domain {name} is claimed by {providers}"), lambda provider: provider.domains),
        (tr_later("MX ending {name} is claimed by {providers}"), lambda provider: provider.mx_suffixes),
        (tr_later("server {name} is claimed by {providers}"), lambda provider: provider.hosts),
    ):
        for name, ids in _claims(providers, names_of).items():
            if len(ids) > 1:
                sentences.append(tr(claimed, name=name, providers=", ".join(ids)))
    owned = _claims(providers, lambda provider: provider.hosts)
    for host, ids in _claims(providers, server_hosts).items():
        if len(ids) > 1 and host not in owned:
            sentences.append(
                tr("server {name} is used by {providers} and owned by none", name=host, providers=", ".join(ids))
            )
    return tuple(sentences)


def compiled(folder: Path) -> str:
    """What `compiled.jsonl` of this folder must hold.

    Raises:
        ResourceError: when a preset is not valid, or two claim the same.
    """
    paths = preset_files(folder)
    providers = [read_preset(path) for path in paths]
    if found := conflicts(providers):
        raise ResourceError("; ".join(found))
    head: dict[str, Any] = {
        "digest": digest(folder, paths),
        "ids": [provider.id for provider in providers],
        **index_of(providers),
    }
    lines = [head, *providers]
    return "".join(
        msgspec.json.encode(line, order="deterministic", enc_hook=dict).decode() + "\n"  # a frozen mapping as a dict
        for line in lines
    )


def read_compiled(folder: Path, paths: Sequence[Path]) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The index and each provider's line by id; `None` where nothing was compiled from these very files."""
    try:
        head, *lines = (folder / COMPILED).read_text("utf-8").splitlines()
        index = json.loads(head)
        if index["digest"] != digest(folder, paths):
            return None
        return index, dict(zip(index["ids"], lines, strict=True))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def preset_files(folder: Path) -> list[Path]:
    """The presets of a folder by id; a file is its own only preset."""
    if not os.path.isdir(folder):
        return [folder]
    return sorted(folder.glob("*.toml"), key=lambda path: path.stem)


def _claims(providers: Sequence[Provider], names_of: Callable[[Provider], Iterable[str]]) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for provider in providers:
        for name in names_of(provider):
            claims.setdefault(name, []).append(provider.id)
    return claims
