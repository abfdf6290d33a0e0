"""Any command with any options, values, files and standard input: an answer or a sentence, never an internal error."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.rcode
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from wizard.cli.main import COMMANDS, EXIT_INTERNAL, _parser, command_module, main

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices")]

# The window and the practice network last until they are closed; a browser or a terminal is not there.
_LEFT_OUT = frozenset({"--practice", "--browser-sign-in", "--device-sign-in", "--help"})

FILES = {
    "empty": b"",
    "word": b"tulip-wagon-64\n",
    "bytes": bytes(range(256)),
    "deep.json": b"[" * 100_000,
    "deep.toml": b"a = " + b"[" * 5_000,
    "lines.jsonl": b'{"id": 1e999, "text": "no", "address": "a@b.c"}\n[]\n{"text": 7}\n\xff\n{"address": "\\ud8"}',
    "table.csv": b'address;password;name\nada@b.example;x;"Ada\n"\n\xff@;;\n;;;;;\n"',
    "report.json": b'{"schema": "mailwright/check/1", "address": "ada@b.example", "verdict": "works"}',
    "helpdesk.toml": b'[helpdesk]\nname = "\\u202eHelp"\nurl = "https://b.example/"\n',
    "utf16": "\ufeffaddress\r\nada@b.example\r\n".encode("utf-16-le"),
}

SHARP = [
    *("", " ", "-", "--", "-1", "0", "1", "65536", "1e309", "nan", "inf", "9" * 5000, "x" * 300, "\0", "\n", "\x1b[2J"),
    *("\ud800", "\udcff", "\u202e", "\ufeff", "%s", "{}", "%EMAILADDRESS%", "=1+1", "<b>", "'", '"', "\\", ".", ".."),
    *("ada@b.example", "ada@gmail.com", "ada@ämter.example", "ädä@b.example", "@", "a@b@c", "ada@[127.0.0.1]"),
    *("127.0.0.1:1", "imap:127.0.0.1:1/tls", "[::1]:1/starttls", "pop3:127.0.0.1:1/none", "localhost"),
    *("a:b:c", ":", "/", "imap:", "http://b.example/", "127.1:1", "smtp.b.example:99999", "xn--", "a..b", "ada@1.2"),
    *("535 5.7.8 authentication failed", "auth", "smtp", "dns", "client", "gmail", "thunderbird", "imap.gmail.com"),
    *("list", "check", "new", "open", "forget", "facts", "diff", "serve", "compile", "all", "ab" * 32, "AB:" * 32),
    *FILES, "folder", "silent", "loop", "socket", "missing", "/dev/zero", "/dev/null",
]  # fmt: skip
# Without "/": what is written goes to the folder of this test.
ODD = st.sampled_from(SHARP) | st.text(st.characters(exclude_characters="/"), max_size=20)
NAMES = [name for name in COMMANDS if name not in ("gui", "practice")]


# What fits, by the name that argparse gives the value: so that most lines get as far as to do something.
FITTING = {
    "address": ["ada@b.example", "ada@gmail.com", "ädä@b.example", "Ada <ada@gmx.net>"],
    "file": list(FILES),
    "lines": ["lines.jsonl", "-", "deep.json"],
    "password_file": ["word", "-", "utf16", "bytes"],
    "outgoing_password_file": ["word", "-"],
    "incoming": ["127.0.0.1:1", "imap:127.0.0.1:1/tls", "pop3:127.0.0.1:1/none", "[::1]:1/starttls", "imap.b.example"],
    "outgoing": ["127.0.0.1:1", "127.0.0.1:1/starttls", "smtp.b.example:465", "127.0.0.1:25"],
    "pack": ["folder", "helpdesk.toml"],
    "report": ["out.json", "out.html", "out.txt", "folder/out.json", "missing/out.txt"],
    "output": ["out.jsonl", "out.csv", "out.png", "folder", "missing/out"],
    "source": ["report.json", "-"],
    "reply": ["word", "-", "utf16"],
    "what": ["open", "list", "check", "forget", "new", "facts"],
    "words": ["gmail", "check", "diff", "example.org"],
    "target": ["list", "thunderbird", "outlook", "env", "phone"],
    "stage": ["auth", "dns", "tls", "client", "connect"],
    "trust_certificate": ["ab" * 32],
    "jobs": ["1", "3"],
    "against": ["folder", "."],
    "test_message": ["ada@b.example"],
    "domain": ["b.example", "gmail.com"],
    "name": ["b.example", "Ada", "helpdesk.toml"],
    "every": ["day", "1h"],
    "metrics": ["out.prom"],
    "junit": ["out.xml"],
    "json_log": ["out.log"],
    "table": ["out.csv", "out.html"],
    "merge": ["table.csv", "out.jsonl"],
}


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command, some of its options with fitting or odd values, and its words, in any order."""
    name = draw(st.sampled_from(NAMES))
    parser = _parser(name, command_module(name))

    def value(action: argparse.Action) -> str:
        fitting = [*map(str, action.choices or ()), *FITTING.get(action.dest, ())]
        fits = bool(fitting) and draw(st.integers(0, 4)) > 0
        return str(draw(st.sampled_from(fitting) if fits else ODD))

    pieces: list[list[str]] = []
    for action in draw(st.lists(st.sampled_from(parser._actions), max_size=4)):
        option = action.option_strings[-1:]
        if option and not _LEFT_OUT.intersection(option):
            pieces.append([*option, *([value(action)] if action.nargs != 0 else [])])
    pieces += [[value(action)] for action in parser._actions if not action.option_strings and draw(st.integers(0, 9))]
    said = [word for piece in draw(st.permutations(pieces)) for word in piece]
    known = {option for action in parser._actions for option in action.option_strings}
    return [name, *said, *_safe(known)]


def _safe(known: set[str]) -> list[str]:
    """Options that keep a run on this computer, and short; what is said last counts."""
    safe = ["--nameserver", "%NAMES%", "--ispdb", "https://b.example/", "--deadline", "3"]
    return [word for pair in zip(safe[::2], safe[1::2], strict=True) if pair[0] in known for word in pair]


@pytest.fixture(scope="module")
def nobody_knows() -> Iterator[str]:
    """A name server that knows no name at all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, peer = sock.recvfrom(4096)
                if question == b"end":
                    return
                with contextlib.suppress(Exception):
                    answer = dns.message.make_response(dns.message.from_wire(question))
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                    sock.sendto(answer.to_wire(), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield "{}:{}".format(*sock.getsockname())
        sock.sendto(b"end", sock.getsockname())
        thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working folder: files of every kind."""
    made = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as sock:
        patch.chdir(made)
        patch.setattr("wizard.text_file.WAIT_S", 0.02)
        # What a command finds, writes or starts in a person's home, it does here, and no other program is at hand.
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(made / "home"))
        patch.setenv("PATH", str(made / "folder"))
        Path("folder").mkdir()
        Path("loop").symlink_to("loop")
        os.mkfifo("silent")
        sock.bind("socket")
        yield made


@given(command_lines(), st.none() | st.sampled_from([*FILES.values()]) | st.binary(max_size=50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_command_line_ends_in_an_internal_error(
    folder: Path, nobody_knows: str, words: list[str], given_in: bytes | None
) -> None:
    for name, content in FILES.items():  # a run before may have written over one
        (folder / name).write_bytes(content)
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="\n")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="\n")
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(given_in)) if given_in is not None else None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([word.replace("%NAMES%", nobody_knows) for word in words])
    finally:
        sys.stdin = before
    out.flush()
    err.flush()
    shown = out.buffer.getvalue() + err.buffer.getvalue()
    event(f"{words[0]} {code}")
    assert code != EXIT_INTERNAL, shown
    assert code in (0, 1, 2, 3, 4), (code, shown)
    assert b"Traceback" not in shown
    assert code == 0 or shown, "an error is told"
    seen = shown.decode()
    assert not {sign for sign in seen if (sign < " " and sign not in "\n\t") or sign in "\x7f\u202e\x9b"}, seen
