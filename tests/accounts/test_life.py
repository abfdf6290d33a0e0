"""A saved account through its life on real servers, watched by the timer's own command: what is told, and what is not.

Each part of its life is a server of its own at the same address; its password lies in a real keyring.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.lab import secret_service as keyring
from tests.lab.account import ADA, Account
from tests.lab.certificates import Authority
from tests.lab.mail_server import STANDARD, MailServer
from tests.lab.names import NameServer
from tests.lab.processes import free_address
from wizard.accounts.schedule import check_command

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="Secret Service and notify-send are the freedesktop's"),
    pytest.mark.skipif(bool(keyring.missing()), reason="gnome-keyring is not installed: make handover-test"),
]
NEW_PASSWORD = "harbour-lantern-27"


@dataclass
class Person:
    """Somebody with an account kept on this computer, and the options that lead to the lab's name server."""

    home: Path
    environment: dict[str, str]
    options: tuple[str, ...]

    def run(self, *words: str, expect: int) -> str:
        """What a command of the product printed."""
        return self._run((sys.executable, "-m", "wizard", *words), expect)

    def timer(self, *, expect: int) -> list[str]:
        """What is told when the time has come: the lines of every notification, after half an hour without a check."""
        shutil.rmtree(self.home / ".local" / "state" / "mailwright", ignore_errors=True)
        shown = self.home / "shown"
        shown.unlink(missing_ok=True)
        self._run(check_command(), expect)
        return shown.read_text().splitlines() if shown.exists() else []

    def saved(self) -> dict[str, object]:
        """The account as `accounts list` has it."""
        (account,) = json.loads(self.run("accounts", "list", "--json", expect=0))["accounts"]
        return dict(account)

    def _run(self, command: tuple[str, ...], expect: int) -> str:
        done = subprocess.run(
            [*command, *(() if "list" in command else self.options)],
            env=self.environment, capture_output=True, text=True, timeout=100, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == expect, done.stdout + done.stderr
        assert ADA.password not in done.stdout + done.stderr
        return done.stdout


@dataclass
class Town:
    """Where the mail server of the moment stands."""

    authority: Authority
    address: str

    @contextmanager
    def server(self, password: str = ADA.password, *, suspended: str = "", days: float = 90) -> Iterator[MailServer]:
        """The server with this password for the account, and a certificate that ends in so many days."""
        issued = self.authority.issue("mail.example.org", self.address, expired_days=-days)
        with MailServer(
            self.authority, accounts=(Account(ADA.address, password, suspended=suspended),), standard_ports=True,
            address=self.address, certificate=issued,
        ) as running:  # fmt: skip
            yield running


@pytest.fixture
def town(authority: Authority) -> Town:
    return Town(authority, free_address(tuple(STANDARD.values())))


@pytest.fixture
def person(town: Town, tmp_path: Path) -> Iterator[Person]:
    programs = tmp_path / "bin"
    programs.mkdir()
    shows = programs / "notify-send"
    shows.write_text('#!/bin/sh\nfor word; do case $word in --*) ;; *) echo "$word" >>"$HOME/shown" ;; esac; done\n')
    shows.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    zones = {"example.org": ["@ MX 10 mail", f"mail A {town.address}"]}
    with NameServer(zones) as names, keyring.secret_service(home) as reach:
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8", **reach,
        }  # fmt: skip
        options = ("--nameserver", names.option, "--ca-file", str(town.authority.ca_file), "--ask-nobody")
        yield Person(home, environment, options)


def password_file(person: Person, password: str) -> str:
    path = person.home / "typed"
    path.write_text(password)
    return str(path)


def test_what_is_told_of_an_account_through_its_life(town: Town, person: Person) -> None:
    servers = ("--incoming", "mail.example.org:993/tls", "--outgoing", "mail.example.org:465/tls", "--yes")
    with town.server():
        typed = ("--password-file", password_file(person, ADA.password))
        person.run("accounts", "add", ADA.address, *servers, *typed, expect=0)
        assert person.timer(expect=0) == []
        assert person.saved()["verified"] is True

    with town.server() as server:
        # With the password that was kept; the timer itself has sent nothing.
        (checked,) = json.loads(person.run("accounts", "check", "--all", "--test-message", "--json", expect=0))[
            "accounts"
        ]
        assert checked["round_trip"]["status"] == "arrived"
        assert checked["sign_in_attempts"] == {"imap": 1, "smtp": 1}
        assert len(server.mailbox(ADA.address)) == 1
        assert person.timer(expect=0) == []
        assert len(server.mailbox(ADA.address)) == 1

    with town.server(NEW_PASSWORD):
        title, body, *more = person.timer(expect=1)
        assert title.startswith("ada@example.org: ")
        assert "changed or withdrawn" in body
        assert more == []
        assert person.timer(expect=1) == []
        account = person.saved()
        assert (account["verified"], account["last_cause"]) == (False, "bad-credentials")
        # Typed anew, it is kept in place of the old one, and the timer tells that all is well, once.
        typed = ("--password-file", password_file(person, NEW_PASSWORD))
        person.run("accounts", "check", ADA.address, *typed, expect=0)
        assert person.timer(expect=0) == ["ada@example.org works again", "Sending and receiving were checked."]
        assert person.timer(expect=0) == []

    with town.server(NEW_PASSWORD, suspended="Account is suspended"):
        title, _ = person.timer(expect=1)
        assert title == "ada@example.org: The provider has locked or suspended this account"
        assert person.saved()["last_cause"] == "account-disabled"
        assert person.timer(expect=1) == []
    with town.server(NEW_PASSWORD):
        assert person.timer(expect=0) == ["ada@example.org works again", "Sending and receiving were checked."]

    soon = datetime.now(UTC) + timedelta(days=5)
    with town.server(NEW_PASSWORD, days=5):
        title, body, *more = person.timer(expect=0)
        assert title == "ada@example.org: something will end soon"
        assert str(soon.year) in body
        assert more == []
        assert person.timer(expect=0) == []

    title, *_ = person.timer(expect=1)  # the server is gone
    assert title.startswith("ada@example.org: ")

    with town.server(NEW_PASSWORD):
        assert person.timer(expect=0) == ["ada@example.org works again", "Sending and receiving were checked."]
        account = person.saved()
        assert (account["verified"], account["last_cause"]) == (True, None)
