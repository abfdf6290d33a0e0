"""Runs one command module as `main` does: its own options plus --json and --quiet."""

from __future__ import annotations

import argparse
from types import ModuleType


def run(command: ModuleType, *words: str) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    command.add_arguments(parser)
    code = command.run(parser.parse_args(words))
    assert isinstance(code, int)
    return code
