"""What people type as a server."""

from __future__ import annotations

import pytest

from wizard.errors import UsageError
from wizard.gui import server_input
from wizard.model.server import Protocol, Security


@pytest.mark.parametrize(("typed", "port"), [("465", 465), ("587 – switches to encryption", 587), (" 65535 ", 65535)])
def test_ports(typed: str, port: int) -> None:
    assert server_input.port(typed) == port


@pytest.mark.parametrize("typed", ["", "0", "99999", "65536", "smtp", "-1", "Other port", "99999999999"])
def test_what_is_no_port(typed: str) -> None:
    with pytest.raises(UsageError):
        server_input.port(typed)


@pytest.mark.parametrize(
    ("host", "port", "receives"),
    [
        ("imap.example.org", "587", False),
        ("pop3.example.org", "465", False),
        ("mail.example.org", "993", False),
        ("smtp.example.org", "993", True),
        ("mail.example.org", "465 – IMAP", True),
    ],
)
def test_a_server_of_the_wrong_kind(host: str, port: str, receives: bool) -> None:
    assert server_input.wrong_kind(host, port, receives=receives)


@pytest.mark.parametrize(
    ("host", "port", "receives"), [("mail.example.org", "587", False), ("smtp.example.org", "465", False)]
)
def test_a_server_of_the_right_kind(host: str, port: str, receives: bool) -> None:
    assert server_input.wrong_kind(host, port, receives=receives) is None


def test_the_usual_port_follows_the_encryption() -> None:
    assert server_input.port_for(Protocol.SMTP, "465 – x", Security.STARTTLS) == 587
    assert server_input.port_for(Protocol.SMTP, "4650", Security.STARTTLS) is None
    assert server_input.usual("995", (Protocol.IMAP, Protocol.POP3)) == (Protocol.POP3, Security.TLS)
