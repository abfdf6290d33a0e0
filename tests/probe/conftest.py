"""A network of the tests' own, and limits short enough to wait for."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority, Issued
from tests.probe.talk import Names
from wizard.net.dial import SystemDialer
from wizard.net.tls import Trust
from wizard.probe.connector import Network


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Issued:
    """A good one, for the names and the address the tests use."""
    return authority.issue("mail.example.org", "*.wild.example.org", "127.0.0.1")


@pytest.fixture
def network(authority: Authority) -> Network:
    """Every name is this computer; the tests' authority is trusted."""
    return Network(SystemDialer(Names(), lab=True), Trust((authority.ca_file,)))


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, a twentieth as long."""
    for name, seconds in (
        ("CONNECT_S", 0.5), ("OPEN_S", 0.7), ("PEEK_AFTER_S", 0.15), ("PEEK_S", 0.2), ("WORDS_S", 0.2),
    ):  # fmt: skip
        monkeypatch.setattr(f"wizard.probe.connector.{name}", seconds)
    for module in ("conversation", "imap", "pop3"):
        monkeypatch.setattr(f"wizard.probe.{module}.SIGN_IN_S", 0.5)
    monkeypatch.setattr("wizard.probe.smtp.ENVELOPE_S", 0.5)
    monkeypatch.setattr("wizard.probe.smtp.TOGETHER_S", 0.2)
    monkeypatch.setattr("wizard.probe.smtp.OUTCOME_S", 0.3)
    monkeypatch.setattr("wizard.probe.smtp.PUT_OFF_S", 0.05)
