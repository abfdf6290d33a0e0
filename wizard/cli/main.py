"""The command line's entry: picks the command, loads only that one, and never shows a traceback."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import process_time
from typing import TYPE_CHECKING

from wizard import __version__
from wizard.cli import render
from wizard.errors import MailwrightError, ResourceError, UsageError
from wizard.language import choice, isolate, tr

if TYPE_CHECKING:
    import argparse
    from types import ModuleType

COMMANDS = (
    "gui",
    "check",
    "discover",
    "explain",
    "presets",
    "catalogue",
    "handover",
    "import",
    "accounts",
    "domain",
    "bulk",
    "pack",
    "practice",
    "publish",
    "report",
)
_MODULES = {"import": "importing"}  # a module cannot be called by a word of Python's own
EXIT_FAILS, EXIT_USAGE, EXIT_CANCELLED, EXIT_INTERNAL = 1, 2, 4, 70


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; the exit code of docs/CONTRACT.md."""
    began_s = process_time() if argv is not None else 0.0  # a program's time counts from before its first import
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        _choose_language(words)
        if words and words[0] in {"-h", "--help"}:
            render.print_text(_overview())
            return 0
        if words and words[0] == "--version":
            render.print_text(f"mailwright {__version__}")
            return 0
        if words in ([], ["gui"]):
            # Without options the parser is not needed, and the window is there sooner.
            from wizard.gui.app import main as open_window

            return open_window()
        name = words.pop(0) if words and words[0] in COMMANDS else "gui"
        if name != "gui":  # the window sees to it itself
            gc.set_threshold(10_000)  # what is loaded is no garbage, which Python would look through a hundred times
        options = options_module(name)
        args = _parser(name, options).parse_args(words)
        if "began_s" in args:  # a command that runs within a deadline; what others are given stays as it was typed
            args.began_s = began_s
        render.be_quiet(args.quiet)
        if name != "gui":  # the window reads its packs, and hears them, once it is there
            _hear_pack(args)
        if begin := getattr(options, "begin", None):
            begin(args)
        code: int = command_module(name).run(args)
        return code
    except (UsageError, ResourceError) as error:  # a file that is no use is input, whoever named it
        _tell(error)
        return EXIT_USAGE
    except MailwrightError as error:
        _tell(error)
        return EXIT_FAILS
    except KeyboardInterrupt:
        render.warn(tr("mailwright: stopped"))
        return EXIT_CANCELLED
    except BrokenPipeError:
        return EXIT_FAILS
    except SystemExit as stop:  # argparse: wrong usage, or --help
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:  # only an argument can be so long
            _tell(UsageError(f"{error.strerror}."))
            return EXIT_USAGE
        from wizard.internal_error import is_out_of_means, write_log

        if is_out_of_means(error):
            _tell(UsageError(tr("This computer gives the program no more memory, or lets it start no more threads.")))
            return EXIT_USAGE
        log = write_log(error)
        render.warn(tr("mailwright: something went wrong inside. What happened is in {log}", log=log))
        return EXIT_INTERNAL


def command_module(name: str) -> ModuleType:
    """The module of a command."""
    import importlib

    return importlib.import_module(f"wizard.cli.{_MODULES.get(name, name)}")


def options_module(name: str) -> ModuleType:
    """The module that says what a command takes, which is loaded before the command where it has one of its own."""
    import importlib

    return importlib.import_module("wizard.cli.check_options") if name == "check" else command_module(name)


def _choose_language(words: list[str]) -> None:
    """Chooses the language before anything is said in it, and takes --language out of the words: any command has it.

    Raises:
        UsageError: it names no language that is spoken here.
    """
    isolate(False)  # the window wants it, once it is there
    tag: str | None = None
    end = words.index("--") if "--" in words else len(words)
    for place in range(end - 1, -1, -1):
        name, equals, value = words[place].partition("=")
        if name == "--language" and (equals or place + 1 < end):
            tag = tag or (value if equals else words[place + 1])
            del words[place : place + (1 if equals else 2)]
    try:
        choice.begin(tag, for_scripts="--json" in words)
    except ValueError:
        choice.begin(None)
        known = ", ".join(choice.LANGUAGES)
        raise UsageError(tr("The language “{tag}” is not one of {known}.", tag=tag, known=known)) from None


def _hear_pack(args: argparse.Namespace) -> None:
    """The language that a pack names is spoken from here on, where nobody chose one; what is wrong with a pack is told
    by the command that needs it."""
    if not hasattr(args, "pack") or not choice.may_choose(choice.By.PACK):
        return
    from wizard.installed_packs import installed_packs

    if paths := (*args.pack, *installed_packs()):
        from wizard import wiring

        with suppress(MailwrightError):
            choice.choose(wiring.pack(paths).language or "", choice.By.PACK)


def _tell(error: MailwrightError) -> None:
    """The sentence, with nothing in it that a terminal acts on: it may quote a file, a key or an argument."""
    from wizard.model.text import inert

    render.warn(f"mailwright: {inert(str(error))}")


def _parser(name: str, module: ModuleType) -> argparse.ArgumentParser:
    from wizard.cli.parser import new_parser

    parser = new_parser(name, tr(module.HELP), module.EXAMPLE)
    module.add_arguments(parser)
    return parser


def _overview() -> str:
    from wizard.cli.parser import help_width
    from wizard.model import columns

    width = help_width()
    commands = [(name, tr(command_module(name).HELP)) for name in COMMANDS]
    return "\n".join(
        [
            *columns.wrapped(tr("mailwright: sets up mail accounts, names what is wrong and puts it right"), width),
            "",
            tr("Commands:"),
            *columns.listed(commands, width, indent=2),
            "",
            *columns.wrapped(tr("Without a command the window opens: mailwright [ADDRESS]"), width),
            *columns.wrapped(tr("Each command has --help, --json, --quiet and --language."), width),
        ]
    )
