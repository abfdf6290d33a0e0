"""No arguments: the window; otherwise the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """The `mailwright` command."""
    from wizard.cli.main import main as run
    from wizard.internal_error import prepare_process

    prepare_process()
    return run()


def gui_main() -> int:
    """The window's entry point on systems that start programs without a terminal."""
    from wizard.cli.main import main as run
    from wizard.internal_error import prepare_process

    prepare_process()
    return run(["gui", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
