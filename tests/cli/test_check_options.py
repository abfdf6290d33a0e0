"""What `check` asks while the rest of it is loaded: what it would ask first, and nobody else."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any, cast

import pytest

from wizard.cli import check_options
from wizard.cli.main import main
from wizard.cli.parser import new_parser


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were looked up."""
    hosts: list[str] = []
    monkeypatch.setattr("wizard.net.look_up.begin", lambda host, *_: hosts.append(host))
    monkeypatch.setattr("wizard.cli.check_options.installed_packs", tuple)
    return hosts


def _begin(*words: str) -> None:
    parser = new_parser("check", "", "")
    check_options.add_arguments(parser)
    check_options.begin(parser.parse_args(words))


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        (["ada@example.org", "--no-sign-in"], ["imap.example.org", "smtp.example.org"]),
        (["Ada@EXAMPLE.org", "--password-env", "X", "--yes"], ["imap.example.org", "smtp.example.org"]),
        (["ada@example.org", "--password-file", "f", "--no-incoming"], ["smtp.example.org"]),
        (["ada@example.org", "--password-file", "f", "--incoming", "mx.example.org"], ["smtp.example.org"]),
        (["ada@example.org", "--password-file", "f", "--no-outgoing"], ["imap.example.org"]),
        (["ada@example.org", "--password-file", "f", "--outgoing", "mx.example.org"], ["imap.example.org"]),
        (["ada@gmial.com", "--no-sign-in", "--yes"], ["imap.gmial.com", "smtp.gmial.com"]),
    ],
)
def test_the_servers_that_are_guessed_are_looked_up(words: list[str], hosts: list[str], begun: list[str]) -> None:
    _begin(*words)
    domain = hosts[0].partition(".")[2]
    assert begun == [*hosts, f"autoconfig.{domain}", domain]


@pytest.mark.parametrize(
    "words",
    [
        ["ada@example.org"],  # the password is typed first
        ["ada@example.org", "--password-file", "-"],
        ["ada@gmail.com", "--no-sign-in"],  # its servers are known
        ["ada@gmial.com", "--no-sign-in"],  # the person is asked first whether that was meant
        ["ada@example.org", "--no-sign-in", "--ask-nobody"],
        ["ada@example.org", "--no-sign-in", "--practice"],
        ["ada@example.org", "--no-sign-in", "--nameserver", "127.0.0.1"],
        ["ada@example.org", "--no-sign-in", "--pack", "folder"],
        ["ada@localhost", "--no-sign-in"],
        ["ada@192.0.2.7", "--no-sign-in"],
        ["Ada <ada@example.org>", "--no-sign-in"],  # is taken apart first
        ["ada", "--no-sign-in"],
    ],
)
def test_nobody_is_asked_beforehand(words: list[str], begun: list[str]) -> None:
    _begin(*words)
    assert begun == []


def test_the_question_leaves_before_the_rest_is_loaded(begun: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(_: argparse.Namespace) -> int:
        ran.append([*begun])
        return 0

    monkeypatch.setattr("wizard.cli.check.run", run)
    assert main(["check", "ada@example.org", "--no-sign-in"]) == 0
    assert ran == [["imap.example.org", "smtp.example.org", "autoconfig.example.org", "example.org"]]
    code = "import sys, wizard.cli.check_options as c; sys.exit(sum(one in sys.modules for one in sys.argv[1:]))"
    late = ["asyncio", "ssl", "json", "shutil", "hashlib", "msgspec", "wizard.wiring", "wizard.setup.session"]
    words = [sys.executable, "-c", code, *late]
    assert subprocess.run(words, check=False).returncode == 0


def test_the_servers_are_not_asked_twice_for_their_names(begun: list[str]) -> None:
    """As the race that runs ahead asks for them first (`Ahead.race`), and for where settings are published."""
    from wizard.discovery.autoconfig import autoconfig
    from wizard.discovery.guess import guesses
    from wizard.model.address import Address
    from wizard.model.server import ServerCandidate

    _begin("ada@example.org", "--no-sign-in")
    places = autoconfig(Address.parse("ada@example.org"), cast(Any, None), cast(Any, None), rank=0)
    assert set(begun[2:]) == {question.whom.partition("/")[0] for question in places}
    likeliest: dict[bool, list[ServerCandidate]] = {}
    for candidate in guesses(Address.parse("ada@example.org")):
        likeliest.setdefault(candidate.is_incoming, []).append(candidate)
    ahead = [(one.host, one.port) for incoming in (True, False) for one in likeliest[incoming][:2]]
    assert begun[:2] == [*dict.fromkeys(host for host, _ in ahead)]
    assert [port for _, port in ahead] == [port for ports in check_options.GUESSED.values() for port in ports]
