"""`mailwright presets`: list, show and check providers, and compare them with autoconfig files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from wizard import assets
from wizard.cli import words
from wizard.cli.parser import task_list
from wizard.cli.render import print_json, print_text
from wizard.errors import ResourceError, UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_context, tr_later
from wizard.model import columns
from wizard.model.provider import Provider, ProviderServer

HELP = tr_later("list or show providers; check one's own; compare them with autoconfig files")
EXAMPLE = "mailwright presets gmail"

_ACTIONS: Final = {
    "presets [list] [QUERY]": tr_later("list providers, or show the one that matches a name, domain or server"),
    "presets check FILE": tr_later("validate a preset of one's own; 1 when something is wrong"),
    "presets diff --against FOLDER": tr_later(
        "compare with a folder of autoconfig XML files; 1 when there are differences"
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mailwright presets`."""
    parser.description = task_list([(action, tr(says)) for action, says in _ACTIONS.items()])
    parser.add_argument("words", nargs="*", metavar="QUERY", help=tr("name, domain or server; or check, diff"))
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help=tr("the autoconfig files to compare with (diff)")
    )
    parser.add_argument(
        "--pack", type=Path, action="append", default=[], metavar="FOLDER", help=tr("presets that go before ours")
    )


def run(args: argparse.Namespace) -> int:
    """The exit code after one of the actions."""
    match args.words:
        case ["check", *files]:
            return _check([Path(file) for file in files], args.json)
        case ["diff"]:
            return _diff(args.against, args.pack, args.json)
        case ["list", *words] | words:
            return _list(" ".join(words), args.pack, args.json)


def _own_folder() -> Path:
    return assets.resources() / "presets"


def _list(query: str, packs: Sequence[Path], as_json: bool) -> int:
    from wizard import wiring
    from wizard.discovery.presets import PresetBook

    packs = (*packs, *installed_packs())
    found = PresetBook.load([*wiring.pack(packs).preset_folders, _own_folder()]).search(query)
    if as_json:
        print_json({"presets": [_document(provider) for provider in found]})
    elif not found:
        print_text(tr("No preset matches “{query}”.", query=query))
    elif len(found) == 1 or _is_called(found[0], query):
        print_text(_details(found[0]))
    else:
        print_text("\n".join(_line(provider) for provider in sorted(found, key=lambda each: (each.country, each.name))))
    return 0


def _is_called(provider: Provider, query: str) -> bool:
    return query.casefold().rpartition("@")[2] in (provider.id, provider.name.casefold(), *provider.domains)


def _check(files: Sequence[Path], as_json: bool) -> int:
    from wizard.discovery.preset_file import read_preset

    if not files:
        raise UsageError(tr("presets check needs the file to validate."))
    valid, faults, lines = [], [], []
    for file in files:
        try:
            valid.append(read_preset(file).id)
            lines.append(tr("{name}: valid", name=file.name))
        except ResourceError as error:  # what was asked, and no wrong usage
            faults.append(str(error))
            lines.append(str(error))
    if as_json:
        print_json({"valid": valid, "faults": faults})
    else:
        print_text("\n".join(lines))
    return 1 if faults else 0


def _diff(folder: Path | None, packs: Sequence[Path], as_json: bool) -> int:
    from wizard.discovery.preset_diff import differences
    from wizard.discovery.presets import PresetBook

    if folder is None:
        raise UsageError(tr("presets diff needs --against FOLDER."))
    found = differences(PresetBook.load([*packs, _own_folder()]), folder)
    if as_json:
        fields = ("file", "provider", "what", "preset", "theirs")
        print_json({"differences": [{field: getattr(each, field) for field in fields} for each in found]})
    else:
        print_text("\n".join(map(str, found)) or tr("No differences."))
    return 1 if found else 0


def _line(provider: Provider) -> str:
    domains = ", ".join(provider.domains[:3]) + (", …" if len(provider.domains) > 3 else "")
    return f"{provider.country:3} {provider.id:20} {columns.padded(provider.name, 36)} {domains}".rstrip()


def _details(provider: Provider) -> str:
    from wizard.discovery.presets import needs

    needed = needs(provider)
    provider = provider.translated()
    lines = [f"{provider.name}  ({provider.id}, {provider.country}, {provider.category}, {provider.status})"]
    for title, values in (
        (tr_context("heading", "Domains"), (", ".join(provider.domains),)),
        (tr_context("heading", "Before you start"), needed),
        (tr_context("heading", "Servers"), tuple(_server_line(server) for server in provider.servers)),
        (_password_title(provider), _numbered(provider.app_password.steps if provider.app_password else ())),
        *((each.say, _numbered(each.steps)) for each in provider.preparation if each.steps),
        (tr_context("heading", "Limits"), provider.limits),
        (tr_context("heading", "Largest message"), (provider.max_message or "",)),
        (tr_context("heading", "Good to know"), provider.notes),
        (tr_context("heading", "Webmail"), (provider.webmail_url or "",)),
        (tr_context("heading", "Checked"), (str(provider.checked or ""),)),
        (tr_context("heading", "Sources"), provider.sources),
    ):
        if any(values):
            lines += ["", title, *(f"  {value}" for value in values)]
    return "\n".join(lines)


def _password_title(provider: Provider) -> str:
    called = provider.app_password.called if provider.app_password else tr("password")
    return called[:1].upper() + called[1:]


def _numbered(steps: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _server_line(server: ProviderServer) -> str:
    name = server.username or words.username_form(server.username_form)
    region = tr("(region {name})", name=server.region) if server.region else ""
    return f"{server.protocol:4} {server.host}:{server.port}/{server.security}  {name}  {region}".rstrip()


def _document(provider: Provider) -> dict[str, Any]:
    from wizard.discovery.presets import needs

    return {
        "id": provider.id,
        "name": provider.name,
        "country": provider.country,
        "category": provider.category,
        "status": provider.status.value,
        "domains": list(provider.domains),
        "mx": list(provider.mx_suffixes),
        "sign_in": [way.value for way in provider.sign_in],
        "needs": list(needs(provider)),
        "servers": [
            {
                "protocol": server.protocol.value,
                "host": server.host,
                "port": server.port,
                "security": server.security.value,
                "username_form": server.username_form.value,
                "username": server.username,
                "region": server.region,
            }
            for server in provider.servers
        ],
        "webmail_url": provider.webmail_url,
        "checked": provider.checked.isoformat() if provider.checked else None,
        "sources": list(provider.sources),
    }
