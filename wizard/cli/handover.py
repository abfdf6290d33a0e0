"""`mailwright handover`: proven settings written down for a program."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from wizard import internal_error
from wizard.accounts import recheck
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.cli import handover_place, render
from wizard.cli.options import (
    add_network_arguments,
    add_password_arguments,
    ask_password,
    password_from,
    settings_from,
)
from wizard.errors import ResourceError, UsageError
from wizard.handover.document import verified_account
from wizard.handover.installed import is_installed
from wizard.handover.sheet import HandoverFile, Sheet, TargetKind
from wizard.handover.sheet_page import sheet_text
from wizard.handover.targets import sheet, target, targets
from wizard.handover.write import write_file
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.columns import padded, width
from wizard.model.secret import Secret
from wizard.model.text import single_line
from wizard.text_file import read_text

HELP = tr_later("write proven settings for a program; `handover list` names the programs")
EXAMPLE = "mailwright handover thunderbird --account ada@example.org"

_MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_PEM_BYTES: Final = 256 * 1024
_QR_SUFFIXES: Final = (".svg", ".png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("target", metavar="TARGET", help=tr("the program, or `list`"))
    parser.add_argument(
        "--account", "--address", metavar="ADDRESS", help=tr("a saved account; the only one if left out")
    )
    parser.add_argument(
        "--from", dest="source", metavar="FILE", help=tr("what `check --json` printed; - is standard input")
    )
    parser.add_argument("--name", metavar="NAME", help=tr("the name others see"))
    parser.add_argument(
        "--output",
        metavar="FILE",
        help=tr("write the program's file there (a QR code as .svg or .png); into a folder, all of its files"),
    )
    parser.add_argument(
        "--with-password", action="store_true", help=tr("write the password into the file, for this one file only")
    )
    parser.add_argument(
        "--calendars", action="store_true", help=tr("look for calendars and contacts as well, and hand them over")
    )
    parser.add_argument("--sign", metavar="PEM", type=Path, help=tr("sign the Apple profile with this certificate"))
    parser.add_argument("--sign-key", metavar="PEM", type=Path, help=tr("the certificate's key, without a passphrase"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--install", action="store_true", help=tr("put it into the program's own files, with an undo"))
    what.add_argument("--undo", action="store_true", help=tr("take out again what --install put in"))
    what.add_argument("--read-back", action="store_true", help=tr("compare what the program has with what was proven"))
    add_password_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Prints or writes the settings, or puts them in place; 1 where the program has others or cannot have them."""
    if args.target == "list":
        _print_targets(as_json=args.json)
        return 0
    account = _account(args.account, args.source)
    if args.name is not None:
        account = replace(account, display_name=single_line(args.name) or None)
    if args.undo:
        return handover_place.undo(args.target, account, as_json=args.json)
    if args.read_back:
        return handover_place.read_back(args.target, account, as_json=args.json)
    secret = _secret(args, account) if args.with_password else None
    if args.install:
        return handover_place.install(args.target, account, secret, as_json=args.json)
    written = sheet(args.target, account, secret)
    if args.calendars:
        written = _with_calendars(args, written, account)
    if args.sign is not None or args.sign_key is not None:
        written = _signed(args, written)
    paths = _write(written, args.output) if args.output is not None else ()
    if args.json:
        render.print_json(document(written, paths))
    elif args.output is None:
        _print_sheet(written)
    else:
        _say_steps(written)
    return 0


def _signed(args: argparse.Namespace, written: Sheet) -> Sheet:
    """The sheet with its profile signed.

    Raises:
        UsageError: one of the two files is missing, or there is no place for what is no text.
    """
    from wizard.handover.signing import signed

    if args.sign is None or args.sign_key is None:
        raise UsageError(tr("Signing takes a certificate and its key: --sign and --sign-key."))
    if args.output is None:
        raise UsageError(tr("A signed profile is no text: say where it goes with --output."))
    certificates, key = (read_text(path, limit_bytes=_MAX_PEM_BYTES).encode() for path in (args.sign, args.sign_key))
    return signed(written, certificates, key)


def _with_calendars(args: argparse.Namespace, written: Sheet, account: VerifiedAccount) -> Sheet:
    """The sheet with the calendars and contacts of the account, where there are any."""
    from wizard import assets, wiring
    from wizard.discovery.calendars import find_services, known_services
    from wizard.handover.calendars import with_calendars
    from wizard.model.dav import DavService

    if args.practice:
        raise UsageError(tr("The practice network has no calendars."))
    known = known_services(assets.resources() / "calendars.toml").get(account.provider or "", ())

    async def find() -> tuple[DavService, ...]:
        async with wiring.names(settings_from(args)) as (resolver, fetcher):
            return await find_services(account.address, resolver, None if args.offline else fetcher, known)

    # To ask nobody means the preset alone.
    services = known if args.ask_nobody else internal_error.run(find())
    if not services:
        render.progress(tr("No calendars or contacts were found beside the mail."))
    return with_calendars(written, account, services)


def _secret(args: argparse.Namespace, account: VerifiedAccount) -> Secret:
    """The password that is to stand in the file: the one given, typed, or kept for a saved account.

    Raises:
        UsageError: there is none to be had, or it would land on the screen.
    """
    if args.output is None and not args.install:
        raise UsageError(tr("--with-password wants --output or --install as well: a password is not printed."))
    if not target(args.target).takes_password:
        raise UsageError(
            tr("{name} takes no file with a password in it; it asks for it itself.", name=target(args.target).name)
        )
    given = password_from(args, ask_for=None) or _kept_password(args, account) or ask_password(str(account.address))
    if given is None:
        raise UsageError(tr("No password is kept for this account: give it with --password-file."), "password")
    return given


def _kept_password(args: argparse.Namespace, account: VerifiedAccount) -> Secret | None:
    saved = AccountBook(default_path()).get(account.address) if args.source is None else None
    if saved is None or SecretKind.PASSWORD not in saved.secrets:
        return None
    if SecretKind.OUTGOING_PASSWORD in saved.secrets:
        raise UsageError(tr("This account has two passwords: say which with --password-file."), "password")
    kept = internal_error.run(SecretStore().load(saved.address, saved.secrets))
    return kept.get(SecretKind.PASSWORD)


def document(written: Sheet, paths: Sequence[Path] = ()) -> dict[str, object]:
    """The sheet as JSON; `written` is the file it was written to, `paths` all of them.

    The content of a file with a password stands in that file alone.
    """
    return {
        "target": written.target.id,
        "title": written.title,
        "steps": list(written.steps),
        "notes": [{"text": note.text, "group": note.group or None} for note in written.notes],
        "rows": [
            {"field": row.field_id, "label": row.label, "value": row.value, "group": row.group} for row in written.rows
        ],
        "qr": written.qr,
        "files": [
            {
                "name": file.name,
                "media_type": file.media_type,
                "content": None if file.holds_secret or is_der(file.content) else file.text,
                "say": file.say,
            }
            for file in written.files
        ],
        "written": str(paths[0]) if paths else None,
        "paths": [str(path) for path in paths],
    }


def is_der(content: bytes) -> bool:
    """Whether it is a signed file (DER), which is no text."""
    return content.startswith(b"\x30\x82")


def text(written: Sheet) -> str:
    """The sheet for people, and what else there is to save."""
    lines = [sheet_text(written).rstrip("\n")]
    for file in written.files:
        lines += ["", tr("File {name}: {say} Save it with --output.", name=file.name, say=file.say)]
    if written.qr is not None:
        lines += ["", tr("QR code: save it with --output code.svg and open that.")]
    return "\n".join(lines)


def _print_targets(*, as_json: bool) -> None:
    if as_json:
        render.print_json(
            [
                {"id": one.id, "title": one.name, "kind": one.kind.value, "installed": is_installed(one)}
                for one in targets()
            ]
        )
        return
    ids = max(len(one.id) for one in targets())
    names = max(width(one.name) for one in targets())
    here = tr("installed here")
    lines = [
        f"{one.id:<{ids}}  {padded(one.name, names)}  {here if is_installed(one) else ''}".rstrip() for one in targets()
    ]
    render.print_text("\n".join(lines))


def _print_sheet(written: Sheet) -> None:
    """A program's file goes to stdout alone, so that it can be redirected; its steps go where progress goes."""
    if written.target.kind is TargetKind.PERSON or not written.files:
        render.print_text(text(written))
        return
    _say_steps(written)
    for file in written.files:
        render.print_text(file.text.rstrip("\n"))


def _say_steps(written: Sheet) -> None:
    for said in (*written.steps, *written.notes_at()):
        render.progress(said)


def _write(written: Sheet, output: str) -> tuple[Path, ...]:
    """Where the sheet's file was written, or all its files in a folder; readable by others but for a password.

    A folder is one that is there or ends with a slash, and what has no file's ending where there are several files.
    """
    path = Path(output)
    endings = {Path(file.name).suffix for file in written.files} | set(_QR_SUFFIXES)
    is_folder = os.path.isdir(path) or output.endswith(("/", os.sep))
    is_folder = is_folder or (len(written.files) > 1 and not os.path.exists(path) and path.suffix not in endings)
    if is_folder:
        if not written.files:
            raise UsageError(tr("There is no file for {name}: its settings are typed in.", name=written.target.name))
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResourceError(
                tr("The folder “{folder}” could not be made: {reason}.", folder=path, reason=error.strerror or error)
            ) from error
        files = [(path / file.name, file.content, file.holds_secret) for file in written.files]
    elif written.qr is not None and path.suffix.lower() in _QR_SUFFIXES:
        files = [(path, _qr_image(written.qr, path.suffix.lower()), False)]
    else:
        file = _file_for(written, path)
        files = [(path, file.content, file.holds_secret)]
    for place, content, secret in files:
        write_file(place, content, others_may_read=not secret)
        render.progress(tr("Written: {file}", file=place))
    return tuple(place for place, _, _ in files)


def _file_for(written: Sheet, path: Path) -> HandoverFile:
    if not written.files:
        raise UsageError(
            tr("There is no file for {name}: its settings are typed in. Leave --output out.", name=written.target.name)
        )
    return next((file for file in written.files if Path(file.name).suffix == path.suffix), written.files[0])


def _qr_image(qr: str, suffix: str) -> bytes:
    import io

    import segno

    out = io.BytesIO()
    segno.make(qr, micro=False, boost_error=True).save(out, kind=suffix[1:], scale=8, border=4)
    return out.getvalue()


def _account(address: str | None, source: str | None) -> VerifiedAccount:
    if source is not None:
        account = verified_account(_read_json(source))
        if address is not None and Address.parse(address) != account.address:
            raise UsageError(
                tr(
                    "The check result is about {found}, not about {address}.",
                    found=account.address,
                    address=address,
                )
            )
        return account
    book = AccountBook(default_path())
    if address is not None:
        saved = book.get(Address.parse(address))
        if saved is None:
            raise UsageError(
                tr("{address} is not a saved account. Give a check's result with --from.", address=address)
            )
        return _proven(saved)
    accounts = book.list()
    if len(accounts) != 1:
        raise UsageError(
            tr("Say whose settings: --account ADDRESS for a saved account, or --from with a check's result.")
        )
    return _proven(accounts[0])


def _proven(saved: SavedAccount) -> VerifiedAccount:
    """The settings as they once worked; that they did not at the last check is said."""
    if not saved.is_verified:
        render.warn(
            tr(
                "{address}: {state}. These are the settings that worked then.",
                address=saved.address,
                state=recheck.state(saved),
            )
        )
    return saved.verified_account()


def _read_json(source: str) -> object:
    text = read_text(source, limit_bytes=_MAX_BYTES)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(tr("This is not what `check --json` prints: no readable JSON.")) from None
