"""`mailwright gui`: the window."""

from __future__ import annotations

import argparse

from wizard.cli.options import add_network_arguments, settings_from
from wizard.language import tr, tr_later

HELP = tr_later("the window (also without any command)")
EXAMPLE = "mailwright gui --practice"

_SAME_WINDOW = frozenset({"address", "timings", "quiet", "json"})  # no reason for a second window


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help=tr("fills in the email address"))
    parser.add_argument("--timings", action="store_true", help=tr("print when each part of the start was there"))
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Opens the window; the exit code is 0 when it was closed, 2 where there is no display."""
    from wizard.gui.app import main

    options = tuple(f"{name}={value}" for name, value in vars(args).items() if value and name not in _SAME_WINDOW)
    return main(args.address, settings_from(args), options=options, timings=args.timings)
