"""Whether a guest network's sign-in page answers in a server's place: told by what it answers itself."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
from urllib.parse import urlsplit

from wizard.net.dial import Dialer, DialFailed
from wizard.net.patience import within
from wizard.net.reach import Reach, reach_of
from wizard.net.sites import same_site

MAX_ANSWER = 4096
QUIET_S = 0.3  # a page of which a part has come is not waited for to its end
WEB_PORTS = frozenset({80, 443, 8080, 8443})
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
_LOCATION = re.compile(rb"^location:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
# What such pages and the boxes behind them call themselves; WISPr is the roaming protocol that they answer programs in.
# Compiled at the first page: it takes longer than all the others.
_WORDS = (
    rb"wispr|wispaccessgateway|captive|hotspot|chillispot|coova|nomadix|arubanetworks|meraki|cloudguest"
    rb"|guest[ _-]?(?:wi-?fi|wlan|network|access|login|portal)"
    rb"|(?:wi-?fi|wlan)[ _-]?(?:login|log-in|sign-?in|access|anmeldung|zugang|connexion|acceso|accesso)"
    rb"|(?:network|internet)[ _-]?(?:login|log-in|sign-?in|anmeldung)"
    rb"|(?:log|sign)[ -]?(?:in|on) to (?:the |this |our )?(?:guest |free )?(?:network|internet|wi-?fi|wlan)"
)


def is_page(answer: bytes) -> bool:
    """Whether a web server answered at all."""
    return _STATUS.match(answer) is not None


def is_portal(answer: bytes, host: str, port: int) -> bool:
    """Whether an answer in HTTP comes from a network that wants a sign-in first, not from a server of that name.

    Its status says so (511, RFC 6585 §6), its words do, or it sends whoever asks to an address in the own network; on a
    port for mail, where no web server belongs, to any other site as well.
    """
    status = _STATUS.match(answer)
    if status is None:
        return False
    if status[1] == b"511" or re.search(_WORDS, answer, re.IGNORECASE):
        return True
    location = _LOCATION.search(answer)
    if location is None or not status[1].startswith(b"3"):
        return False
    try:
        target = urlsplit(location[1].decode("ascii", "replace")).hostname
    except ValueError:
        return False
    if target is None or target == host.lower():
        return False
    with contextlib.suppress(ValueError):
        return reach_of(ipaddress.ip_address(target)) is Reach.OWN_NETWORK or port not in WEB_PORTS
    return port not in WEB_PORTS and not same_site(target, host)


async def web_answer(dialer: Dialer, host: str, port: int, *, given: bool, seconds: float) -> bytes:
    """The beginning of what a web server there answers to a request for its first page; empty where none answers."""
    loop = asyncio.get_running_loop()
    answer = b""
    try:
        with within(seconds):
            dialed = await dialer.dial(host, port, given=given)
            with dialed.sock as sock:
                await loop.sock_sendall(sock, f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                answer = await loop.sock_recv(sock, MAX_ANSWER)
                with within(QUIET_S):
                    while len(answer) < MAX_ANSWER and (more := await loop.sock_recv(sock, MAX_ANSWER)):
                        answer += more
    except (DialFailed, OSError, UnicodeError):  # TimeoutError is an OSError
        return answer
    return answer
