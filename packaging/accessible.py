"""Exits 0 once the accessibility bus shows an object with the id, or the name, that is asked for.

Runs with the system's Python, which has Debian's python3-pyatspi: accessible.py APPLICATION ID_OR_NAME TIMEOUT_S
"""

import sys
import time

import pyatspi


def below(node):
    """The node and everything below it that still answers."""
    try:
        yield node
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                yield from below(child)
    except Exception:  # the window moved on under us
        return


def is_it(node, wanted):
    """Whether this is the object, and people can see it."""
    try:
        identifier = (node.get_accessible_id() or "").rpartition(".")[2]
        return wanted in (identifier, node.name) and node.getState().contains(pyatspi.STATE_SHOWING)
    except Exception:  # likewise
        return False


def main(application, wanted, timeout_s):
    """The exit code."""
    end = time.monotonic() + float(timeout_s)
    seen = []
    while time.monotonic() < end:
        seen = []
        for app in pyatspi.Registry.getDesktop(0):
            if app is None or application.lower() not in (app.name or "").lower():
                continue
            for node in below(app):
                if is_it(node, wanted):
                    return 0
                seen.append(f"{node.getRoleName()} {node.name!r}")
        time.sleep(0.1)
    print(f"{wanted!r} was not showing; there were:", *seen[:40], sep="\n  ", file=sys.stderr)
    return 1


sys.exit(main(*sys.argv[1:4]))
