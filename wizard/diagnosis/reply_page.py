"""The web page that a server's reply names, where it is the provider's own or the address's; any other is no link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from wizard.net.sites import is_public_suffix, same_site

_URL: Final = re.compile(r"https://\S+", re.IGNORECASE)
_AROUND: Final = ".,;:!?)]}>'\""  # what a sentence writes behind an address
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9\-._~:/?#@!$&*+,;=%]{9,300}"
)  # no bracket, blank, backslash or sign beyond ASCII
_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")


def page_of_reply(reply: str, hosts: Iterable[str]) -> str | None:
    """The first address of a page in `reply` that is encrypted and of the site of one of `hosts`."""
    own = tuple(hosts)
    for found in _URL.finditer(reply):
        url = found[0].rstrip(_AROUND)
        host = _host_of(url)
        if host is not None and any(same_site(host, each) for each in own):
            return url
    return None


def _host_of(url: str) -> str | None:
    """The host that a browser would open, where nothing in the address makes it look like another."""
    if _PLAIN.fullmatch(url) is None:
        return None
    host = urlsplit(url).netloc.lower()  # a user name or a port in it is no part of a host
    return host if _HOST.fullmatch(host) and not is_public_suffix(host) else None
