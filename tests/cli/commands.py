"""Runs one command module as `main` does: its own options plus --json and --quiet."""

from __future__ import annotations

import argparse
from types import ModuleType

from wizard.cli import render


def run(command: ModuleType, *words: str) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    command.add_arguments(parser)
    args = parser.parse_args(words)
    render.be_quiet(args.quiet)  # as the program does; else the quiet of an earlier test would stay
    code = command.run(args)
    assert isinstance(code, int)
    return code
