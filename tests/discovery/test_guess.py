"""Guesses: from the address alone."""

from __future__ import annotations

from wizard.discovery.guess import guesses
from wizard.model.address import Address
from wizard.model.server import Protocol, Security

ADA = Address.parse("ada@bücher.example")


def test_the_likeliest_first_and_all_encrypted() -> None:
    found = guesses(ADA)
    assert all(c.security is not Security.NONE and c.username == ADA.wire and c.trusted for c in found)
    smtp = [(c.host.removesuffix("xn--bcher-kva.example"), c.port) for c in found if c.protocol is Protocol.SMTP]
    assert smtp[:4] == [("smtp.", 465), ("smtp.", 587), ("mail.", 465), ("mail.", 587)]
    assert [port for _, port in smtp[8:]] == [2525, 25] * 2  # at smtp. and mail. only
    assert {c.host.split(".")[0] for c in found} == {"imap", "pop", "pop3", "smtp", "mail", "mx", "xn--bcher-kva"}
    assert len(set(found)) == len(found)


def test_only_what_is_wanted() -> None:
    assert {candidate.protocol for candidate in guesses(ADA, (Protocol.POP3,))} == {Protocol.POP3}
    assert guesses(ADA, ()) == ()
