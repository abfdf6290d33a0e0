"""A person with a keyboard and a mouse, who sees what a screen reader is told; run with the system's Python.

`python3 robot.py CASE ADDRESS PASSWORD` prints one JSON document: what was seen. Debian: python3-pyatspi xdotool.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pyatspi
from gi.repository import GLib

from tests.gui.screen_reader import Node, application, by_id, by_name, ids, wait, walk

READING_S = 0.7  # longer than the window takes no presses after a change
App = Any


def xdo(*words: str) -> None:
    """Keys and clicks as the window system sends them."""
    subprocess.run(["xdotool", *words], check=True, timeout=20)


def key(*names: str) -> None:
    """Presses keys, one after the other."""
    for name in names:
        xdo("key", name)
        time.sleep(0.1)


def write(text: str) -> None:
    """Types."""
    xdo("type", "--delay", "15", text)
    time.sleep(0.2)


def middle(node: Node) -> tuple[int, int]:
    """Where the node is on the screen."""
    box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return box.x + box.width // 2, box.y + box.height // 2


def click(node: Node, times: int = 1) -> None:
    """Clicks where it has come to rest, as fast as hands that mean a double click."""
    x, y = middle(node)
    for _ in range(20):
        time.sleep(0.15)
        before, (x, y) = (x, y), middle(node)
        if before == (x, y):
            break
    xdo("mousemove", str(x), str(y), "click", "--repeat", str(times), "--delay", "90", "1")
    time.sleep(0.3)


def focused(app: App) -> str:
    """Id, else name, of what has the keyboard; looked for again where the tree changed under the walk."""
    for _ in range(5):
        app.clear_cache()
        with contextlib.suppress(GLib.GError):  # the tree changes under the walk
            for node in walk(app):
                if node.getState().contains(pyatspi.STATE_FOCUSED):
                    own = (node.get_accessible_id() or "").rsplit(".", 1)[-1]
                    return own or node.name
        time.sleep(0.4)
    return ""


def page(app: App) -> str:
    """The page that shows."""
    return next((own for own in ids(app) if own.startswith("page:")), "")


def arrive(app: App, name: str) -> None:
    """Waits for the page, and reads it."""
    wait(lambda: page(app) == name or None, f"page {name}, at {page(app)}")
    time.sleep(READING_S)


def fill_in(app: App, address: str, password: str) -> None:
    """Types into the first page without looking: name, Tab, address, Tab, password."""
    by_name(app, "Your name", "text").queryComponent().grabFocus()
    time.sleep(0.2)
    write("Ada Example")
    key("Tab")
    write(address)
    key("Tab")
    write(password)


def show_every_step(app: App) -> None:
    """Turns the short way off."""
    click(by_id(app, "every-step"))
    by_name(app, "Password", "password text").queryComponent().grabFocus()


def to_verdict(app: App, address: str, password: str) -> None:
    """To the end of the check, by Return alone."""
    fill_in(app, address, password)
    show_every_step(app)
    time.sleep(1.0)
    key("Return")
    arrive(app, "page:settings")
    by_id(app, "continue", usable=True)
    key("Return")
    arrive(app, "page:check")
    wait(lambda: next((o for o in ids(app) if o.startswith("diagnosis:") or o == "outcome"), None), "a verdict")
    time.sleep(READING_S)


def typing(app: App, address: str, password: str) -> dict[str, object]:
    """Where a password typed after one Tab ends up."""
    fill_in(app, address, password)
    switch = by_name(app, "Ask nobody")
    return {
        "password_length": by_name(app, "Password", "password text").queryText().characterCount,
        "asks_nobody": bool(switch.getState().contains(pyatspi.STATE_CHECKED)),
    }


def spaces(app: App, address: str, password: str) -> dict[str, object]:
    """What has the keyboard after a check, and what a Space does there."""
    to_verdict(app, address, password)
    after_check = focused(app)
    key("space")
    arrive(app, "page:test")
    on_test = focused(app)
    key("space")
    time.sleep(0.2)
    while_sending = focused(app)
    key("space", "space")
    by_id(app, "send-another")
    time.sleep(READING_S)
    return {"check": after_check, "test": on_test, "sending": while_sending, "arrived": focused(app), "at": page(app)}


def double_clicks(app: App, address: str, password: str) -> dict[str, object]:
    """A person who clicks everything twice."""
    fill_in(app, address, password)
    show_every_step(app)
    time.sleep(1.0)
    seen = []
    for following in ("page:settings", "page:check", "page:test"):
        click(by_id(app, "continue", usable=True), 2)
        arrive(app, following)
        if following == "page:check":
            by_id(app, "outcome")
            time.sleep(READING_S)
        seen.append(page(app))
    sent = "stop" in ids(app) or "send-another" in ids(app)
    click(by_id(app, "continue", usable=True), 2)
    by_id(app, "send-another")
    time.sleep(READING_S)
    click(by_id(app, "continue", usable=True), 2)
    arrive(app, "page:done")
    return {"seen": seen, "sent_unseen": sent, "at": page(app)}


def closing(app: App, address: str, password: str) -> dict[str, object]:
    """Escape in the middle, twice, and then in earnest."""
    to_verdict(app, address, password)
    key("Escape")
    keeps = by_id(app, "keep-going")
    asked = [node.name for node in walk(app) if node.getRoleName() == "heading"]
    on = focused(app)
    key("Escape")
    time.sleep(0.4)
    after = page(app)
    key("Escape")
    click(by_id(app, "close-anyway"))
    return {"asked": asked, "keyboard": on, "after": after, "keeps": keeps.name}


def screen(app: App, _address: str, _password: str) -> dict[str, object]:
    """Whether window and buttons are on the screen."""
    size = subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=True).stdout.split()
    width, height = int(size[0]), int(size[1])
    boxes = {}
    for own in ("continue", "cancel"):
        box = by_id(app, own).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        boxes[own] = box.x >= 0 and box.y >= 0 and box.x + box.width <= width and box.y + box.height <= height
    return {"within": boxes}


def two_presses(app: App, address: str, password: str) -> dict[str, object]:
    """Address, password, Return; and Return once more. A screen reader hears the servers before the first."""
    fill_in(app, address, password)
    line = by_id(app, "servers-found").name
    key("Return")
    seen = [page(app)]
    end = time.monotonic() + 40
    while seen[-1] != "page:done" and time.monotonic() < end:
        now = page(app)
        if now and now != seen[-1]:
            seen.append(now)
        time.sleep(0.02)
    time.sleep(READING_S)
    on = focused(app)
    click(by_id(app, "continue", usable=True))
    return {"servers": line, "seen": seen, "keyboard": on}


def impatient(app: App, address: str, password: str) -> dict[str, object]:
    """Who clicks Continue twice, and again and again, still sees the hand-over page."""
    fill_in(app, address, password)
    by_id(app, "servers-found")
    spot = middle(by_id(app, "continue"))
    for _ in range(6):
        xdo("mousemove", str(spot[0]), str(spot[1]), "click", "--repeat", "2", "--delay", "60", "1")
        time.sleep(0.05)
    arrive(app, "page:done")
    return {"at": page(app)}


def tabbing(app: App, _address: str, _password: str) -> dict[str, object]:
    """What a screen reader hears first of each field that Tab leads to, and which labels an opening dialog has."""
    heard: list[tuple[str, str]] = []

    def hear(event: Any) -> None:
        if event.type.startswith("object:text") or event.detail1:
            with contextlib.suppress(GLib.GError):
                heard.append((event.source.name, event.type.removeprefix("object:").removeprefix("state-changed:")))

    kinds = ("object:state-changed:focused", "object:text-caret-moved", "object:text-selection-changed")
    pyatspi.Registry.registerEventListener(hear, *kinds)
    loop = GLib.MainLoop()
    fields = ("Your name", "Email address", "Password")
    labels = [node.name for node in walk(app) if node.getRoleName() == "label"]
    write("Ada")
    for moment, name in enumerate(("Tab", "Tab", "shift+Tab", "shift+Tab"), 1):
        GLib.timeout_add(700 * moment, lambda name=name: xdo("key", name))
    GLib.timeout_add(700 * 6, loop.quit)
    loop.run()
    pyatspi.Registry.deregisterEventListener(hear, *kinds)
    first: list[str] = []
    for at, (name, kind) in enumerate(heard):
        if name in fields and name != (heard[at - 1][0] if at else "Your name"):
            first.append(f"{name}: {kind}")
    return {"first": first, "labels": labels}


CASES: dict[str, Callable[[App, str, str], dict[str, object]]] = {
    "typing": typing,
    "spaces": spaces,
    "double-clicks": double_clicks,
    "closing": closing,
    "screen": screen,
    "two-presses": two_presses,
    "impatient": impatient,
    "tabbing": tabbing,
}


def main(case: str, address: str, password: str) -> None:
    """Plays one case."""
    app = application("mailwright")
    arrive(app, "page:account")
    print(json.dumps(CASES[case](app, address, password)))


if __name__ == "__main__":
    main(*sys.argv[1:])
