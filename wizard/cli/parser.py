"""The parser of a command's options: argparse, whose own words are in the language spoken as well."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NoReturn

from wizard.cli import render
from wizard.language import tr, tr_context, tr_later, tr_plural
from wizard.model import columns
from wizard.model.text import harmless

# The sentences of argparse (Python 3.11 to 3.14) that a person can come to see here; the others are for programmers.
TEXTS: Final = (
    tr_later("positional arguments"),
    tr_later("options"),
    tr_later("show this help message and exit"),
    tr_later("%(prog)s: error: %(message)s\n"),
    tr_later("argument %(argument_name)s: %(message)s"),
    tr_later("unrecognized arguments: %s"),
    tr_later("the following arguments are required: %s"),
    tr_later("one of the arguments %s is required"),
    tr_later("not allowed with argument %s"),
    tr_later("invalid choice: %(value)r (choose from %(choices)s)"),
    tr_later("invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)"),
    tr_later("invalid %(type)s value: %(value)r"),
    tr_later("expected one argument"),
    tr_later("expected at most one argument"),
    tr_later("expected at least one argument"),
    tr_later("ignored explicit argument %r"),
)


_PLACES: Final = re.compile(r"%(?:\(\w+\))?[a-z]")


def _said(message: str) -> str:
    return _usable(tr(message), message)


def _said_of_many(one: str, many: str, n: int) -> str:
    source = one if n == 1 else many
    return _usable(tr_plural("expected %s argument", "expected %s arguments", n), source) if source in _MANY else source


def _usable(said: str, source: str) -> str:
    """A translation, or the source where it has other places to fill in, with which argparse would fail."""
    return said if sorted(_PLACES.findall(said)) == sorted(_PLACES.findall(source)) else source


_MANY: Final = ("expected %s argument", "expected %s arguments")

# argparse asks gettext of the standard library by these two names, which knows one language for the whole process.
vars(argparse).update({"_": _said, "ngettext": _said_of_many})


def new_parser(command: str, says: str, example: str) -> argparse.ArgumentParser:
    """A parser for `mailwright COMMAND` with the options that every command has; `says` is what the command is for."""
    parser = _Parser(
        prog=f"mailwright {command}",
        description=tr_context("the end of a sentence", "{sentence}.", sentence=says[:1].upper() + says[1:]),
        epilog=tr("Example:") + f"\n  {example}",
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help=tr("one JSON document on standard output"))
    parser.add_argument("--quiet", action="store_true", help=tr("no progress on standard error"))
    # main takes it before there is a parser, which speaks the language already; here it is for --help.
    parser.add_argument("--language", metavar="TAG", help=tr("speak this language, such as de or pt-BR"))
    return parser


def task_list(tasks: Sequence[tuple[str, str]]) -> str:
    """What a command does, for its description: how each task is called, and what is said about it."""
    return "\n".join(columns.listed(tasks, help_width()))


def help_width() -> int:
    """How many columns help may take."""
    from shutil import get_terminal_size  # it loads three kinds of compression

    return get_terminal_size().columns - 2


class _Parser(argparse.ArgumentParser):
    _is_shown = False

    def _get_formatter(self) -> argparse.HelpFormatter:
        """Argparse makes one for each option, to look at its metavar: the terminal's width need not be known then."""
        return HelpFormatter(self.prog, width=help_width() if self._is_shown else 80)

    def format_usage(self) -> str:
        self._is_shown = True
        return super().format_usage()

    def format_help(self) -> str:
        self._is_shown = True
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """As its own, with nothing of a mistyped argument in it that a terminal acts on."""
        super().error(harmless(message))

    def print_help(self, file: Any = None) -> None:
        """On standard output, as all that a command prints."""
        if file is None:
            render.print_text(self.format_help().rstrip("\n"))
        else:
            super().print_help(file)


class HelpFormatter(argparse.HelpFormatter):
    """Help within the terminal's columns, in every script; lines that are indented, such as examples, stay whole."""

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None,
    ) -> str:
        word = tr("usage:")
        # It is measured by its length: something as long as it is wide stands in for it.
        stand_in = "u" * columns.width(word) + " "
        told = super()._format_usage(usage, actions, groups, stand_in)
        if all(len(line) <= self._width for line in told.splitlines()):
            return told.replace(stand_in, f"{word} ", 1)
        return f"{word}\n" + super()._format_usage(usage, actions, groups, "")

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        for line in text.splitlines():
            stays = line.startswith(" ") or columns.width(line) <= width
            lines += [line] if stays else columns.wrapped(line, width)
        return "\n".join(indent + line for line in lines)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return columns.wrapped(re.sub(r"\s+", " ", text).strip(), width)

    def _expand_help(self, action: argparse.Action) -> str:
        """The help as it is: nothing is filled in in ours, and a per cent sign in a translation means itself."""
        return action.help or ""
