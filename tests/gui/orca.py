"""Listens to Orca, the screen reader of Linux desktops, while a practice account is set up by the keyboard alone.

`python -m tests.gui.orca [SCENARIO]` prints what Orca says, a line for each thing said, without the letters it echoes.
Orca is started with a speech server of ours, which speaks nothing and writes everything down (SSIP, the protocol of
speech-dispatcher). Debian: orca xvfb openbox dbus at-spi2-core xdotool.
"""

from __future__ import annotations

import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.gui.desktop import desktop
from wizard import assets
from wizard.practice.scenarios import load_scenarios

BEGINS_S, ANSWERS_S = 8.0, 15.0
_MARKS = re.compile(r"<[^>]*>")
_TABS = 6  # from what has the keyboard after the check


class _Speech(socketserver.StreamRequestHandler):
    """One client of the speech server: everything it wants is done, what it says is printed."""

    def handle(self) -> None:
        spoken = 0
        for line in self.rfile:
            command = line.decode("utf-8", "replace").split()
            match [word.upper() for word in command]:
                case ["SPEAK", *_]:
                    self._say("230 OK RECEIVING DATA")
                    said = " ".join(iter(lambda: self.rfile.readline().decode("utf-8", "replace").strip(), "."))
                    spoken += 1
                    self._say(f"225-{spoken}", "225 OK MESSAGE QUEUED")
                    self._say(f"701-{spoken}", "701-1", "701 BEGIN", f"702-{spoken}", "702-1", "702 END")
                    words = _MARKS.sub("", said).strip()
                    if len(words) > 1:
                        print(words, flush=True)
                case ["CHAR" | "KEY" | "SOUND_ICON", *_]:
                    spoken += 1
                    self._say(f"225-{spoken}", "225 OK MESSAGE QUEUED")
                case ["LIST", "OUTPUT_MODULES", *_]:
                    self._say("250-silent", "250 OK MODULE LIST SENT")
                case ["LIST", *_]:
                    self._say("249-silent\ten\tnone", "249 OK VOICE LIST SENT")
                case ["GET", *_]:
                    self._say("251-silent", "251 OK GET RETURNED")
                case ["HISTORY", *_]:
                    self._say("245-1", "245 OK CLIENT ID SENT")
                case ["QUIT", *_]:
                    self._say("231 HAPPY HACKING")
                    return
                case _:
                    self._say("208 OK DONE")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def listen(scenario: str) -> None:
    """Name, address and password, Return, and on by Tab from where that led.

    Raises:
        RuntimeError: a program is missing, or there is no such practice account.
    """
    accounts = {each.account.scenario: each.account for each in load_scenarios(assets.resources() / "practice")}
    if shutil.which("orca") is None or scenario not in accounts:
        raise RuntimeError("Debian's orca is needed, and one of " + ", ".join(sorted(accounts)))
    account = accounts[scenario]
    with tempfile.TemporaryDirectory() as folder, desktop(Path(folder), "1366x768") as environment:
        home = Path(folder)
        (home / "run").mkdir(mode=0o700)
        environment |= {"HOME": folder, "XDG_RUNTIME_DIR": str(home / "run"), "XDG_CONFIG_HOME": str(home / "config")}
        environment |= {"XDG_STATE_HOME": str(home / "state"), "XDG_DATA_HOME": str(home / "data")}
        environment["SPEECHD_ADDRESS"] = f"unix_socket:{home / 'speech'}"

        def press(key: str, pause_s: float = 1.5) -> None:
            subprocess.run(["xdotool", "key", key], env=environment, check=True)
            time.sleep(pause_s)  # a person waits for the end of a sentence, too

        def write(text: str) -> None:
            subprocess.run(["xdotool", "type", "--delay", "25", text], env=environment, check=True)
            time.sleep(2.0)

        with _Server(str(home / "speech"), _Speech) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started = [subprocess.Popen(["orca", "--replace"], env=environment, **quiet)]  # type: ignore[call-overload]
            try:
                time.sleep(BEGINS_S)
                window = [sys.executable, "-m", "wizard", "gui", "--practice"]
                started.append(subprocess.Popen(window, env=environment, **quiet))  # type: ignore[call-overload]
                time.sleep(BEGINS_S)
                for typed in ("Ada Example", account.address):
                    write(typed)
                    press("Tab")
                write(account.password)
                press("Return", ANSWERS_S)
                for _ in range(_TABS):
                    press("Tab")
            finally:
                for program in reversed(started):
                    program.kill()
                    program.wait()
                server.shutdown()


if __name__ == "__main__":
    listen(sys.argv[1] if len(sys.argv) > 1 else "all-well")
