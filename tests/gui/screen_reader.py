"""Goes through the wizard as a screen reader's user does, by names and ids alone; run with the system's Python.

Prints one JSON document: what was met on the way. Debian: python3-pyatspi.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyatspi
from gi.repository import GLib

PATIENCE_S = 40.0
Node = Any


def application(name: str) -> Node:
    """The application of that name on the accessibility bus."""

    def look() -> Node | None:
        desktop = pyatspi.Registry.getDesktop(0)
        return next((app for app in desktop if app is not None and name in (app.name or "").lower()), None)

    return wait(look, f"application {name}")


def wait(look: Callable[[], Node | None], what: str) -> Node:
    """What `look` finds, once it does."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(GLib.GError):  # what was looked at went away under the look
            found = look()
            if found is not None:
                return found
        time.sleep(0.1)
    raise SystemExit(f"not found: {what}")


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it that are showing."""
    try:
        if node.getRoleName() not in {"application"} and not node.getState().contains(pyatspi.STATE_SHOWING):
            return
        yield node
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                yield from walk(child)
    except Exception:  # the window moved on meanwhile: what is gone is not showing
        return


def by_name(app: Node, name: str, role: str | None = None) -> Node:
    """The showing node of exactly that name."""

    def look() -> Node | None:
        return next((node for node in walk(app) if node.name == name and role in (None, node.getRoleName())), None)

    return wait(look, f"{role or 'anything'} named {name}")


def by_id(app: Node, beginning: str, *, usable: bool = False) -> Node:
    """The showing node whose id ends in one that begins so; Qt puts the ids of all parents in front."""

    def look() -> Node | None:
        for node in walk(app):
            own = (node.get_accessible_id() or "").rsplit(".", 1)[-1]
            if own.startswith(beginning) and (not usable or node.getState().contains(pyatspi.STATE_ENABLED)):
                return node
        return None

    return wait(look, f"id {beginning}")


def ids(app: Node) -> list[str]:
    """The last part of every showing node's id."""
    found = []
    for node in walk(app):
        with contextlib.suppress(GLib.GError):  # it went away under the look
            found.append((node.get_accessible_id() or "").rsplit(".", 1)[-1])
    return found


def press(node: Node) -> None:
    """Does the node's first action."""
    node.queryAction().doAction(0)


def main(address: str, password: str) -> None:
    """Sets the account up until a card or the Done page shows."""
    app = application("mailwright")
    seen: dict[str, object] = {"pages": []}
    pages: list[str] = []

    def arrive(page: str) -> None:
        by_id(app, page)
        pages.append(page)

    arrive("page:account")
    by_name(app, "Your name", "text").queryEditableText().setTextContents("Ada Example")
    by_name(app, "Email address", "text").queryEditableText().setTextContents(address)
    by_name(app, "Password", "password text").queryEditableText().setTextContents(password)
    press(by_id(app, "every-step"))
    press(by_id(app, "continue"))
    arrive("page:settings")
    by_name(app, "Edit sending")
    press(by_id(app, "continue", usable=True))
    arrive("page:check")
    outcome = wait(
        lambda: next((own for own in ids(app) if own.startswith("diagnosis:") or own == "outcome"), None), "a verdict"
    )
    seen["outcome"] = outcome
    seen["stages"] = sorted(own for own in ids(app) if own.startswith("stage:"))
    if str(outcome).startswith("diagnosis:"):
        seen["headings"] = [node.name for node in walk(app) if node.getRoleName() == "heading"]
        seen["remedies"] = [own for own in ids(app) if own.startswith("remedy:")]
        press(by_id(app, "remedy:"))
    press(by_id(app, "continue", usable=True))
    arrive("page:test")
    press(by_id(app, "skip"))
    arrive("page:done")
    by_id(app, "copy:")
    seen["copies"] = [own for own in ids(app) if own.startswith("copy:")]
    seen["targets"] = [own for own in ids(app) if own.startswith("target:")]
    seen["pages"] = pages
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
