"""Options that several commands share."""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from wizard.errors import UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr
from wizard.model.text import inert

if TYPE_CHECKING:  # all else is imported where it is used: a check asks for names before it is loaded
    from wizard.model.secret import Secret
    from wizard.wiring import Settings

MAX_PASSWORD_FILE_BYTES = 64 * 1024
MAX_ROOTS_BYTES = 4 * 1024 * 1024  # the system's own bundle has 0.2 MB


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    """Options about whom to ask and whom to trust."""
    paths: dict[str, Any] = {"type": Path, "action": "append", "default": []}
    parser.add_argument("--practice", action="store_true", help=tr("use the built-in practice network"))
    parser.add_argument("--pack", metavar="FILE_OR_FOLDER", help=tr("a helpdesk pack (repeatable)"), **paths)
    parser.add_argument(
        "--nameserver", metavar="HOST[:PORT]", help=tr("resolve every name there, not through the system")
    )
    parser.add_argument("--ca-file", metavar="PEM", help=tr("trust these roots as well (repeatable)"), **paths)
    parser.add_argument(
        "--ispdb", metavar="URL", help=tr("ask this copy of the community's database of settings (https)")
    )
    parser.add_argument("--offline", action="store_true", help=tr("presets and guesses only: fetch no settings"))
    parser.add_argument("--ask-nobody", action="store_true", help=tr("like --offline, and no MX or SRV look-up either"))


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Options about how a check runs."""
    parser.add_argument("--no-sign-in", action="store_true", help=tr("reach and encrypt only"))
    parser.add_argument("--no-autofix", action="store_true", help=tr("diagnose, do not try other settings"))
    parser.add_argument("--yes", action="store_true", help=tr("accept settings from sources that are not trusted"))
    parser.add_argument(
        "--trust-certificate", metavar="SHA256", action="append", default=[], help=tr("accept exactly this certificate")
    )
    parser.add_argument("--allow-unencrypted", action="store_true", help=tr("permit sign-in without encryption"))
    parser.add_argument(
        "--deadline", metavar="SECONDS", type=float, default=60.0, help=tr("the whole run (default 60)")
    )
    parser.set_defaults(began_s=process_time())  # `main` knows it better


def spent_s(args: argparse.Namespace) -> float:
    """Seconds that are over of the deadline since the command began: those of its own work, as the imports are.

    Those in which a person typed a password, or a busy computer did something else, are not counted.
    """
    began_s: float = args.began_s
    return process_time() - began_s


def expect_folders(args: argparse.Namespace) -> None:
    """Says before the work, not after it, that a file is to be written where there is no folder.

    Raises:
        UsageError: it names the folder.
    """
    for name in ("output", "report", "letter", "metrics", "junit", "json_log", "table"):
        path: Path | None = getattr(args, name, None)
        if path is not None and not os.path.isdir(path.parent):
            raise UsageError(tr("There is no folder “{folder}”.", folder=inert(str(path.parent))))


def settings_from(args: argparse.Namespace) -> Settings:
    """The parts' settings from a command's options."""
    from wizard.setup.options import Options
    from wizard.wiring import Settings

    deadline = getattr(args, "deadline", 60.0)
    if not 0 < deadline <= 3600:
        raise UsageError(tr("--deadline takes seconds, from more than 0 to 3600."))
    if args.ispdb is not None and not args.ispdb.lower().startswith("https://"):
        raise UsageError(tr("--ispdb takes an address that begins with https://."))
    return Settings(
        nameserver=args.nameserver,
        ispdb_url=args.ispdb,
        ca_texts=tuple(_roots(path) for path in args.ca_file),
        pack_paths=(*args.pack, *installed_packs()),
        practice=args.practice,
        options=Options(
            autofix=not getattr(args, "no_autofix", False),
            sign_in=not getattr(args, "no_sign_in", False),
            # In the practice network no password is a secret: its accounts shall run through without a question.
            accept_untrusted=getattr(args, "yes", False) or args.practice,
            accept_own_network=getattr(args, "yes", False),
            accept_address=getattr(args, "yes", False),
            offline=args.offline,
            ask_nobody=args.ask_nobody,
            allow_unencrypted=getattr(args, "allow_unencrypted", False),
            trusted_certificates=tuple(_fingerprint(text) for text in getattr(args, "trust_certificate", ())),
            deadline_s=deadline,
        ),
    )


def _roots(path: Path) -> str:
    """The certificates in a PEM file, as ASCII text: what stands between them may be in any language.

    Raises:
        UsageError: it holds none that could be trusted, or cannot be read.
    """
    import ssl

    from wizard.text_file import read_text

    text = read_text(path, limit_bytes=MAX_ROOTS_BYTES, ansi=True).encode("ascii", "ignore").decode("ascii")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
        return text
    except (ssl.SSLError, ValueError):  # ValueError: no text at all
        raise UsageError(tr("The file {name} holds no certificate in PEM form.", name=inert(path.name))) from None


def add_account_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that say what an account's settings are, where they are known."""
    parser.add_argument("--name", help=tr("the name shown beside the address"))
    parser.add_argument("--outgoing", metavar="HOST[:PORT][/SECURITY]", help=tr("the sending server"))
    parser.add_argument("--incoming", metavar="[imap:|pop3:]HOST[:PORT][/SECURITY]", help=tr("the receiving server"))
    parser.add_argument("--username", help=tr("the user name, where it is not the address"))
    parser.add_argument("--outgoing-username", metavar="USER", help=tr("the user name for sending"))
    parser.add_argument("--outgoing-password-file", metavar="FILE", help=tr("the password for sending"))
    parser.add_argument("--no-incoming", action="store_true", help=tr("check sending only"))
    parser.add_argument("--no-outgoing", action="store_true", help=tr("check receiving only"))


def add_monitoring_arguments(parser: argparse.ArgumentParser, *, nagios: bool = True) -> None:
    """The options that a monitor's job uses."""
    if nagios:
        parser.add_argument("--nagios", action="store_true", help=tr("a plugin's line, exit 0, 1, 2 or 3"))
    seconds = {"type": _positive, "metavar": "SECONDS"}
    days = {"type": int, "metavar": "DAYS"}
    parser.add_argument("--warning-seconds", help=tr("--nagios warns where a check takes longer"), **seconds)  # type: ignore[arg-type]
    parser.add_argument("--critical-seconds", help=tr("and is critical there"), **seconds)  # type: ignore[arg-type]
    parser.add_argument("--warning-days", help=tr("--nagios warns where a certificate ends sooner"), **days)  # type: ignore[arg-type]
    parser.add_argument("--critical-days", help=tr("and is critical there"), **days)  # type: ignore[arg-type]
    parser.add_argument(
        "--metrics", metavar="FILE", type=Path, help=tr("OpenMetrics for Prometheus' textfile collector")
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help=tr("the results as JUnit XML"))
    parser.add_argument("--json-log", metavar="FILE", type=Path, help=tr("append one JSON line for each account"))


def add_test_message_argument(parser: argparse.ArgumentParser) -> None:
    """The test message: sent where all else works, once."""
    parser.add_argument(
        "--test-message", metavar="TO", nargs="?", const="", help=tr("send one (to the address itself without TO)")
    )


def add_password_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the password comes from; it is never an argument."""
    parser.add_argument(
        "--password-file", metavar="FILE", help=tr("its first line is the password (- is standard input)")
    )
    parser.add_argument("--password-env", metavar="VAR", help=tr("the environment variable that holds the password"))


def password_from(args: argparse.Namespace, *, ask_for: str | None) -> Secret | None:
    """The password, asked for on a terminal when `ask_for` names whose it is; None when there is none to be had."""
    if args.password_file is not None and args.password_env is not None:
        raise UsageError(tr("Give the password in a file or in a variable, not in both."), "password")
    if args.password_file is not None:
        return read_password(args.password_file)
    if args.password_env is not None:
        from wizard.model.secret import Secret

        secret = Secret.typed(os.environ.get(args.password_env, ""))
        if not secret:
            raise UsageError(
                tr("The variable {variable} is empty or not set.", variable=inert(args.password_env, 80)),
                "password",
            )
        return secret
    return ask_password(ask_for) if ask_for is not None else None


def has_terminal() -> bool:
    """Whether somebody may answer at a terminal; a program may have been started without any standard input."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def ask_password(ask_for: str) -> Secret | None:
    """The password a person types at the terminal; None where there is no terminal."""
    if not has_terminal():
        return None
    from getpass import getpass

    from wizard.model.secret import Secret

    secret = Secret.typed(getpass(tr("Password for {address}:", address=ask_for) + " "))
    if not secret:
        raise UsageError(tr("The password is empty."), "password")
    return secret


def read_password(name: str) -> Secret:
    """The password in the first line of a file; "-" is standard input."""
    from wizard.model.secret import Secret
    from wizard.text_file import read_first_line

    secret = Secret.typed(read_first_line(name, limit_bytes=MAX_PASSWORD_FILE_BYTES, field="password"))
    if not secret:
        raise UsageError(tr("The password is empty."), "password")
    return secret


def json_object(line: str) -> dict[str, Any] | None:
    """The JSON object on a line of a batch; None when there is none, however odd or deep what stands there is.

    NaN and the infinities are no JSON (RFC 8259, section 6), and what is read here is printed again as an id.
    """
    import json

    try:
        row = json.loads(line, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("no JSON number")
    return value


def _fingerprint(text: str) -> str:
    plain = text.replace(":", "").replace(" ", "").lower()
    if len(plain) != 64 or any(character not in "0123456789abcdef" for character in plain):
        raise UsageError(tr("--trust-certificate takes a SHA-256 fingerprint: 64 hexadecimal digits."))
    return plain


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise ValueError(text)
    return number
