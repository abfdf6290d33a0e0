"""Tries a built bundle on the desktop it runs on: smoke_test.py FOLDER [SCREENSHOT.png].

The window must paint its Account page, seen by the accessibility bus and on the screen, and close when asked (Linux),
stay open (elsewhere); a practice check must end well. Run it under packaging/with-desktop.sh.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(folder: Path, screenshot: Path | None) -> None:
    """Raises SystemExit with a sentence on the first thing that is wrong."""
    suffix = ".exe" if sys.platform == "win32" else ""
    program = folder / f"mailwright{suffix}"
    with tempfile.TemporaryDirectory() as home:
        folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), home)
        environment = {**os.environ, **folders}
        environment.pop("PYTHONPATH", None)
        version = run([str(program), "--version"], environment).strip()
        print(f"version: {version}")
        account = practice_account(program, environment)
        check(program, environment, account)
        if sys.platform == "linux":
            window(program, environment, screenshot)
        else:
            stays_open(folder / f"mailwright-gui{suffix}", environment)
    print("smoke test passed")


def run(command: list[str], environment: dict[str, str], stdin: str = "") -> str:
    """What it prints; a code other than 0 ends the test."""
    done = subprocess.run(
        command, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def practice_account(program: Path, environment: dict[str, str]) -> dict[str, str]:
    """The practice account at which nothing is wrong."""
    accounts = json.loads(run([str(program), "practice", "list", "--json"], environment))["accounts"]
    account: dict[str, str] = next(account for account in accounts if account["cause"] is None)
    return account


def check(program: Path, environment: dict[str, str], account: dict[str, str]) -> None:
    """A whole practice check, test message and all, by the bundle."""
    options = ["--practice", "--password-file", "-", "--test-message", "--json"]
    command = [str(program), "check", account["address"], *options]
    document = json.loads(run(command, environment, account["password"] + "\n"))
    if document["verdict"] != "works" or document["round_trip"]["status"] != "arrived":
        raise SystemExit(f"the practice check ended otherwise: {json.dumps(document, indent=2)}")
    print(f"practice check: {document['verdict']}, test message {document['round_trip']['status']}")


def window(program: Path, environment: dict[str, str], screenshot: Path | None) -> None:
    """The window with its first page."""
    started = time.monotonic()
    child = subprocess.Popen([str(program), "gui", "--practice"], env=environment)
    try:
        look = ["/usr/bin/python3", str(HERE / "accessible.py"), "mailwright", "page:account", "30"]
        found = subprocess.run(look, timeout=60, check=False)
        if found.returncode != 0:
            raise SystemExit("the Account page did not appear on the accessibility bus")
        print(f"Account page on the accessibility bus after {time.monotonic() - started:.1f} s")
        colours = grab(screenshot)
        if colours < 16:
            raise SystemExit(f"the screen shows {colours} colours: nothing was painted")
        print(f"screen: {colours} colours")
    finally:
        child.terminate()
        child.wait(10)


def stays_open(program: Path, environment: dict[str, str]) -> None:
    """The program without a console; an error would end it, or on Windows show a box and then end it with a code."""
    child = subprocess.Popen([str(program), "--practice"], env=environment)
    try:
        child.wait(15)
    except subprocess.TimeoutExpired:
        print("the window's program stays open")
    else:
        raise SystemExit(f"{program.name} ended by itself with {child.returncode}")
    finally:
        child.terminate()
        child.wait(10)


def grab(screenshot: Path | None) -> int:
    """How many colours the screen shows; saves it where asked."""
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    image = application.primaryScreen().grabWindow(0).toImage()
    if screenshot is not None:
        image.save(str(screenshot))
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
