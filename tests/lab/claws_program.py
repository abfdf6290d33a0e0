"""Run by the system's Python on a desktop: Claws Mail reads and sends, and a person's hand answers its questions.

Arguments: the folder to read (“#imap/ACCOUNT/INBOX”), the word to look for there, a file to compose a message from.
The password stands in MAIL_PASSWORD. Prints JSON: what was found, and every question that was asked.
Debian: python3-pyatspi xdotool.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyatspi
from gi.repository import GLib

PATIENCE_S = 40.0
Node = Any


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it that shows."""
    try:
        for child in node:
            if child is not None and child.getState().contains(pyatspi.STATE_SHOWING):
                yield child
                yield from walk(child)
    except Exception:  # the window moved on meanwhile
        return


def windows() -> list[tuple[str, Node]]:
    """Its windows now, and their names."""
    found = []
    for app in pyatspi.Registry.getDesktop(0):
        try:
            if app is not None and app.name == "claws-mail":
                found += [(child.name, child) for child in app if child is not None]
        except GLib.GError:  # the program, or one of its windows, ended meanwhile
            continue
    return found


def shows(name: str) -> bool:
    """Whether there is a window with that in its name."""
    return any(name in known for known, _ in windows())


def press(window: Node, name: str) -> None:
    """The button of that name."""
    for node in walk(window):
        if node.getRoleName() == "push button" and node.name == name:
            node.queryAction().doAction(0)
            return


def answer_questions(asked: list[str]) -> None:
    """What stands open now: a password is typed, anything else is noted and closed."""
    for name, window in windows():
        with contextlib.suppress(GLib.GError):  # it changes, or closes, under the hand: looked at again in a moment
            answer(name, window, asked)


def answer(name: str, window: Node, asked: list[str]) -> None:
    """What this window asks."""
    if name == "Input password":
        for node in walk(window):
            if node.getRoleName() == "password text":
                node.queryEditableText().setTextContents(os.environ["MAIL_PASSWORD"])
        asked.append(name)
        press(window, "OK")
    elif name == "Error" or "certificate" in name:
        told = " ".join(node.name for node in walk(window) if node.getRoleName() == "label" and node.name != name)
        # This computer may have no dictionary; that is none of the account's.
        if "Spell checker" not in told:
            asked.append(f"{name}: {told}".strip())
        press(window, "Close" if name == "Error" else "Accept and save")


def wait(done: Callable[[], bool], what: str, asked: list[str]) -> None:
    """Until it is so, answering whatever is asked meanwhile."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"not within {PATIENCE_S:g} s: {what}; asked {asked}, showing {windows()}")
        answer_questions(asked)
        time.sleep(0.3)


def tell(asked: list[str], *words: str) -> str:
    """What the running Claws Mail answers to its own command line; it may ask something first."""
    with subprocess.Popen(["claws-mail", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            wait(lambda: child.poll() is not None, f"an answer to {words[0]}", asked)
        finally:
            child.kill()
        return (child.stdout.read() if child.stdout else b"").decode("utf-8", "replace")


def is_there(word: str, found: str) -> bool:
    """Whether one of the messages' files that a search named has the word in it."""
    paths = [Path(line) for line in found.splitlines()]
    return any(path.is_file() and word in path.read_text("utf-8", "replace") for path in paths)


def main(folder: str, word: str, draft: str) -> None:
    """Reads, sends and leaves."""
    asked: list[str] = []
    with open("claws.log", "wb") as log:
        program = subprocess.Popen(["claws-mail"], stdout=log, stderr=log)
    try:
        wait(lambda: shows("Claws Mail"), "it starts", asked)
        tell(asked, "--receive-all")
        wait(lambda: is_there(word, tell(asked, "--search", folder, "s", word)), f"{word} is in {folder}", asked)
        tell(asked, "--compose-from-file", draft)
        wait(lambda: shows("Compose message"), "it composes", asked)
        # By the keyboard: pressed through the accessibility bus, Send holds that bus up until the password is typed.
        find = ["xdotool", "search", "--onlyvisible", "--name", "Compose message"]
        subprocess.run([*find, "windowfocus", "--sync", "key", "ctrl+Return"], check=True, timeout=20)
        wait(lambda: not shows("Compose message"), "it sends", asked)
        tell(asked, "--exit")
        wait(lambda: program.poll() is not None, "it ends", asked)
        print(json.dumps({"found": True, "asked": asked}))
    finally:
        program.kill()
        program.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
