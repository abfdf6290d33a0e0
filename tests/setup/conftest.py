"""The certificate of the scripted servers."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority, Issued


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Issued:
    """A good one, for the names and the address the tests use."""
    return authority.issue("mail.example.org", "imap.example.org", "smtp.example.org", "127.0.0.1")
