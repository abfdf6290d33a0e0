"""`mailwright pack`: begins a helpdesk's pack, checks all of one, and signs it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from wizard.cli.parser import task_list
from wizard.cli.render import print_json, print_text
from wizard.errors import MailwrightError, UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_context, tr_later, tr_plural
from wizard.model.columns import padded, width
from wizard.model.text import single_line

HELP = tr_later("begin a helpdesk's pack, check one, sign it, say which one counts here")
EXAMPLE = 'mailwright pack new our-pack --name "Example helpdesk" --phone "+1 202 555 0143"'

SCHEMA: Final = "mailwright/pack-check/1"
_TASKS: Final = {
    "pack new FOLDER --name NAME": tr_later(
        "begin a pack: a folder with helpdesk.toml and an example of everything else"
    ),
    "pack check [FOLDER | ZIP]": tr_later("read all of it as Mailwright does; 1 when something is wrong"),
    "pack sign FOLDER | ZIP --key FILE": tr_later(
        "sign it with your Ed25519 key, so that nobody can change it unnoticed"
    ),
    "pack": tr_later("which pack counts on this computer without being named"),
}
_PRESET = """\
# The servers of your organisation: save this as example-org.toml, beside this file, with your own names.
# `mailwright presets check example-org.toml` proves it alone, `mailwright pack check` all of the pack.
name = "Example organisation"
country = "WW"
category = "hoster"
status = "ok"
domains = ["example.org"]
sign_in = ["password"]
checked = 2026-11-21
sources = ["our own servers"]

[imap]
servers = ["imap.example.org:993/tls"]

[smtp]
servers = ["smtp.example.org:465/tls", "smtp.example.org:587/starttls"]
"""
_REST = """
# What the people of your organisation may do in the window. All of it may be left out.
[window]
# targets = ["thunderbird", "outlook"]   # ids of `mailwright handover list`: the only programs that are offered
# locked = ["servers", "remember"]       # servers cannot be changed by hand; no account is kept
# every_step = true                      # shows each of the five pages, also where nothing has to be decided
# kiosk = true                           # one computer for many: nothing kept, large text, empty after each account

# How often the computer checks saved accounts by itself. It switches nothing on: the person does, in the window of
# saved accounts or by `mailwright accounts schedule`, and sees before what is written.
# [schedule]
# every = "6h"                           # 1h to 12h, 1d, 7d; "never": no such check is offered
# locked = true                          # no other time can be chosen

# Your client ids for the sign-in in the browser (OAuth 2.0), by the provider's id as `mailwright presets` shows it.
# [oauth.microsoft-365]
# client_id = "00000000-0000-0000-0000-000000000000"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of pack."""
    parser.description = task_list([(task, tr(says)) for task, says in _TASKS.items()])
    parser.add_argument("task", nargs="?", choices=("new", "check", "sign"), help=tr("what to do"))
    parser.add_argument("path", nargs="?", metavar="FOLDER", type=Path, help=tr("the pack; check takes a .zip too"))
    parser.add_argument("--key", metavar="FILE", type=Path, help=tr("your private key, as ssh-keygen writes it (sign)"))
    parser.add_argument("--name", help=tr("what the helpdesk is called (new)"))
    parser.add_argument("--phone", help=tr("its number (new)"))
    parser.add_argument("--hours", help=tr("when somebody answers (new)"))
    parser.add_argument("--url", help=tr("its page (https://) or address (mailto:) (new)"))


def run(args: argparse.Namespace) -> int:
    """The exit code: 1 where a pack does not hold what it must."""
    match args.task:
        case "new":
            return _new(args)
        case "check":
            return _check(args.path, args.json)
        case "sign":
            return _sign(args)
        case _:
            return _which(args.json)


def _which(as_json: bool) -> int:
    from wizard.setup.pack import required_signers

    found, signers = [str(path) for path in installed_packs()], required_signers()
    if as_json:
        print_json({"schema": "mailwright/packs/1", "packs": found, "signers": signers})
        return 0
    print_text("\n".join(found) or tr("No pack is laid down on this computer."))
    if signers is not None:
        print_text(tr("Only packs signed with one of these keys count here: {keys}", keys=", ".join(signers)))
    return 0


def _sign(args: argparse.Namespace) -> int:
    from wizard.setup.pack import root_of
    from wizard.setup.pack_signature import sign

    if args.path is None or args.key is None:
        raise UsageError(tr("pack sign needs the pack, and --key with the file of your private key."))
    if not os.path.exists(args.path):
        raise UsageError(tr("The helpdesk pack {pack} does not exist.", pack=args.path))
    file, key, number = sign(args.path, root_of(args.path), args.key)
    if args.json:
        print_json({"schema": "mailwright/pack-sign/1", "file": str(file), "key": key, "files": number})
        return 0
    print_text(
        "\n".join(
            (
                tr_plural("{n} file is signed: {file}", "{n} files are signed: {file}", number, file=file),
                tr("Your key, as the policy PackSigner may name it: {key}", key=key),
            )
        )
    )
    return 0


def _new(args: argparse.Namespace) -> int:
    if args.path is None or not args.name or not single_line(args.name):
        raise UsageError(tr("pack new needs a folder, and --name with what the helpdesk is called."))
    folder: Path = args.path
    words = [(key, single_line(getattr(args, key) or "")) for key in ("name", "phone", "hours", "url")]
    lines = [f"{key} = {_toml(text)}" if text else f'# {key} = ""' for key, text in words]
    lines.append('# logo = "logo.png"                    # a picture beside this file')
    head = "# A helpdesk's pack for Mailwright: docs/PACK.md says what may stand here.\n\n[helpdesk]\n"
    files = {
        folder / "helpdesk.toml": head + "\n".join(lines) + "\n" + _REST,
        folder / "presets" / "README.txt": _PRESET,
    }
    made: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(content)
    except FileExistsError:
        raise UsageError(tr("{file} is there already.", file=path)) from None
    except OSError as error:
        for begun in made:  # of a full disk: half a file would be in the way of the next try
            begun.unlink(missing_ok=True)
        raise UsageError(
            tr("{file} cannot be written: {reason}.", file=path, reason=error.strerror or type(error).__name__)
        ) from None
    code = _check(folder, args.json)
    if not args.json:
        print_text(
            tr(
                "Change {file}, put your servers into {folder}, and check it again.",
                file=folder / "helpdesk.toml",
                folder=folder / "presets",
            )
        )
    return code


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _check(path: Path | None, as_json: bool) -> int:
    if path is None:
        raise UsageError(tr("pack check needs the pack: a folder or a .zip."))
    holds, wrong = [], []
    for part in _parts(path):
        try:
            holds += part()
        except MailwrightError as error:
            wrong.append(str(error))
            break  # what the others would say follows from it
    if as_json:
        print_json({"schema": SCHEMA, "holds": holds, "faults": wrong})
    else:
        good, bad = tr_context("pack check", "ok"), tr_context("pack check", "wrong")
        rows = [*((good, line) for line in holds), *((bad, line) for line in wrong)]
        first = max(width(good), width(bad))
        print_text("\n".join(f"{padded(mark, first)} {line}" for mark, line in rows))
    return 1 if wrong else 0


def _parts(path: Path) -> Iterator[Callable[[], list[str]]]:
    """What is read, part after part; each gives what it holds in words, or raises what is wrong with it."""
    from wizard.setup.pack import load_packs

    yield lambda: _helpdesk(path)
    pack = load_packs([path])
    yield lambda: _presets(pack.preset_folders)
    yield lambda: _causes(pack.diagnosis_folders)


def _helpdesk(path: Path) -> list[str]:
    from wizard.handover.targets import targets
    from wizard.setup.pack import load_packs, root_of
    from wizard.setup.pack_signature import signed_with

    pack = load_packs([path])
    desk, rules = pack.helpdesk, pack.window
    key = signed_with(path, root_of(path))
    known = {target.id for target in targets()}
    strange = next((target for target in rules.targets if target not in known), None)
    if strange is not None:
        raise UsageError(
            tr("helpdesk.toml: window.targets: “{target}” is no target of `handover list`.", target=strange)
        )
    if desk is not None:
        told = [tr("helpdesk: {words}", words=", ".join(desk.words().values()))]
    else:
        told = [tr("helpdesk: none is named")]
    told.append(tr("signed with the key {key}", key=key) if key is not None else tr("not signed"))
    if desk is not None and desk.logo is not None:
        if not desk.logo.read_bytes().startswith(b"\x89PNG\r\n\x1a\n"):
            raise UsageError(tr("helpdesk.toml: helpdesk.logo: {name} is no PNG.", name=desk.logo.name))
        told.append(tr("logo: {name}", name=desk.logo.name))
    if rules.targets:
        told.append(tr("targets: {names}", names=", ".join(rules.targets)))
    if rules.locked:
        names = ", ".join(sorted(rules.locked))
        told.append(tr("locked: {names} (kiosk)", names=names) if rules.kiosk else tr("locked: {names}", names=names))
    if pack.schedule is not None:
        every, locked = pack.schedule.every, pack.schedule.locked
        if every is None:
            told.append(tr("schedule: never"))
        else:
            told.append(
                tr("schedule: every {time} (locked)", time=every)
                if locked
                else tr("schedule: every {time}", time=every)
            )
    if pack.oauth_clients:
        told.append(tr("client ids: {names}", names=", ".join(sorted(pack.oauth_clients))))
    return told


def _presets(folders: tuple[Path, ...]) -> list[str]:
    from wizard.discovery.presets import PresetBook

    found = [provider for folder in folders for provider in PresetBook.load([folder]).all()]
    return [
        tr("provider: {name} ({domains})", name=provider.name, domains=", ".join(provider.domains[:3]))
        for provider in found
    ]


def _causes(folders: tuple[Path, ...]) -> list[str]:
    if not folders:
        return []
    from wizard import assets
    from wizard.diagnosis.catalogue import Catalogue
    from wizard.diagnosis.diagnose import Diagnoser
    from wizard.diagnosis.proof import faults

    ours = assets.resources() / "diagnoses"
    own = {path.stem for folder in folders for path in folder.rglob("*.toml")}
    catalogue = Catalogue.load([*folders, ours], with_samples=True)
    causes = [cause for cause in catalogue.causes.values() if cause.id in own]
    for fault in faults(causes, Diagnoser(catalogue)):
        raise UsageError(str(fault))
    return [tr("cause: {id}", id=cause.id) for cause in causes]
