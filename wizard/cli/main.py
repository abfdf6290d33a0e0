"""The command line's entry: picks the command, loads only that one, and never shows a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from wizard import __version__
from wizard.cli import render
from wizard.errors import MailwrightError, ResourceError, UsageError

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
    words = list(sys.argv[1:] if argv is None else argv)
    try:
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
        module = command_module(name)
        args = _parser(name, module).parse_args(words)
        render.be_quiet(args.quiet)
        code: int = module.run(args)
        return code
    except (UsageError, ResourceError) as error:  # a file that is no use is input, whoever named it
        _tell(error)
        return EXIT_USAGE
    except MailwrightError as error:
        _tell(error)
        return EXIT_FAILS
    except KeyboardInterrupt:
        render.warn("mailwright: stopped")
        return EXIT_CANCELLED
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILS
    except SystemExit as stop:  # argparse: wrong usage, or --help
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE
    except Exception as error:
        from wizard.internal_error import write_log

        render.warn(f"mailwright: something went wrong inside. What happened is in {write_log(error)}")
        return EXIT_INTERNAL


def command_module(name: str) -> ModuleType:
    """The module of a command."""
    import importlib

    return importlib.import_module(f"wizard.cli.{_MODULES.get(name, name)}")


def _tell(error: MailwrightError) -> None:
    """The sentence, with nothing in it that a terminal acts on: it may quote a file, a key or an argument."""
    from wizard.model.text import inert

    render.warn(f"mailwright: {inert(str(error))}")


def _parser(name: str, module: ModuleType) -> argparse.ArgumentParser:
    import argparse

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            """As its own, with nothing of a mistyped argument in it that a terminal acts on."""
            from wizard.model.text import harmless

            super().error(harmless(message))

    parser = Parser(
        prog=f"mailwright {name}",
        description=module.HELP[:1].upper() + module.HELP[1:] + ".",
        epilog=f"Example:\n  {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    module.add_arguments(parser)
    return parser


def _overview() -> str:
    lines = ["mailwright: sets up mail accounts, names what is wrong and puts it right", "", "Commands:"]
    for name in COMMANDS:
        module = command_module(name)
        lines.append(f"  {name:10} {module.HELP}")
    lines += ["", "Without a command the window opens: mailwright [ADDRESS]"]
    lines += ["Each command has --help, --json and --quiet."]
    return "\n".join(lines)
