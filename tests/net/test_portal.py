"""What a guest network's sign-in page is known by, and what it is not mistaken for."""

from __future__ import annotations

import pytest

from wizard.net.portal import is_portal

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def moved(to: bytes, code: bytes = b"302 Found") -> bytes:
    """An answer that sends whoever asks somewhere else."""
    return b"HTTP/1.1 " + code + b"\r\nServer: x\r\nLocation: " + to + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "port"),
    [
        (b"HTTP/1.1 511 Network Authentication Required\r\n\r\n", 80),
        (moved(b"http://10.1.2.3/"), 80),
        (moved(b"https://192.168.0.1:8443/login?url=smtp.example.org", b"307 Temporary Redirect"), 465),
        (moved(b"http://login.hotel.example/?from=mail"), 587),
        (moved(b"http://login.hotel.example/", b"303 See Other"), 993),
        (moved(b"http://captive.apple.com/"), 80),
        (OK + b"<title>Guest Wi-Fi</title>", 465),
        (OK + b"<h1>WLAN-Anmeldung</h1>", 80),
        (OK + b"<!-- <WISPAccessGatewayParam> -->", 80),
        (OK + b"Please sign in to the network", 25),
    ],
)
def test_a_sign_in_page(answer: bytes, port: int) -> None:
    assert is_portal(answer, "smtp.example.org", port)


@pytest.mark.parametrize(
    ("answer", "port"),
    [
        (b"", 465),
        (b"220 smtp.example.org ESMTP guest wifi\r\n", 587),
        (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", 465),
        (OK + b"<h1>It works!</h1>", 587),
        (OK + b"<title>Webmail: sign in</title>", 993),
        (moved(b"https://www.example.org/", b"301 Moved Permanently"), 465),
        (moved(b"/login"), 465),
        (moved(b"https://example.net/", b"301 Moved Permanently"), 80),  # a company's other name
        (moved(b"http://[::1"), 465),
        (b"HTTP/1.1 200 OK\r\nLocation: http://login.hotel.example/\r\n\r\n", 465),
    ],
)
def test_no_sign_in_page(answer: bytes, port: int) -> None:
    assert not is_portal(answer, "smtp.example.org", port)
