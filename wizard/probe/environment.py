"""What the surroundings showed: the line, ports that get out, the public address; no stranger is asked."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from wizard.model.evidence import CertificateProblem, ErrorKind, Outcome, ProbeReport, Stage, Surroundings
from wizard.net.interfaces import active_interfaces
from wizard.net.sites import registrable_domain

LATELY_S = 5.0
_LOST = {ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE, ErrorKind.NAME_NOT_FOUND}
# "See RFC2821 4.1.1.1" names a paragraph of a standard, not an address.
_SECTION = re.compile(r"\bRFC ?\d+,? (?:section |§ ?)?[\d.]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\d.:])((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\d.:])")
# Names of network interfaces that only a VPN or a dial-up line makes; Windows names the adapter's maker and kind.
_TUNNEL = re.compile(
    r"(?:tun|tap|wg|ppp|ipsec|nordlynx|proton)\d*$"
    r"|.*\b(?:vpn|wireguard|wintun|tap-windows|tailscale|zerotier|anyconnect|globalprotect|pangp|fortinet|sonicwall"
    r"|juniper|pulse secure|check point virtual|nordlynx|ivpn|mullvad|openvpn|protonvpn)\b",
    re.IGNORECASE,
)
# No clock is right that shows a time before this program was made.
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
_EXAMPLES = tuple(
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


def has_route() -> bool:
    """Whether the system knows a way out: a datagram socket is connected, nothing is sent."""
    # 192.0.2.1 and 2001:db8::1 are documentation addresses (RFC 5737, RFC 3849): a route to them is the default route.
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))
                return True
        except OSError:
            continue
    return False


def public_address(text: str) -> str | None:
    """The first public address in a server's words: this computer's, as the server sees it."""
    words = _SECTION.sub(" ", text[:1000].replace("IPv6:", " "))  # RFC 5321 §4.1.3
    for found in _ADDRESS.findall(words):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        # The documentation networks stand for public addresses in examples, practice and tests.
        if address.is_global or any(address in network for network in _EXAMPLES if network.version == address.version):
            return str(address)
    return None


def proxy_or_vpn() -> str | None:
    """The proxy or tunnel the system is set to use, in words; None when there is none that can be seen."""
    if sys.platform in ("win32", "darwin") or any(name.lower().endswith("_proxy") for name in os.environ):
        from urllib.request import getproxies  # loads half the standard library's network modules

        proxies = getproxies()
        if any(proxies.get(kind) for kind in ("https", "socks", "all")):
            return "proxy"
    try:
        names = active_interfaces()
    except OSError:
        return None
    return "VPN" if any(_TUNNEL.match(name) for name in names) else None


def look_around() -> None:
    """Reads of the surroundings what takes a while to read; who asks within the next seconds has it at once."""
    _proxy_or_vpn_in(int(time.monotonic() / LATELY_S))


@lru_cache(maxsize=1)
def _proxy_or_vpn_in(_moment: int) -> str | None:
    """As `proxy_or_vpn`, looked at once in a moment: hundreds of checks end in one."""
    return proxy_or_vpn()


def clock_off_s(reports: Iterable[ProbeReport], now: datetime) -> float | None:
    """Seconds the clock is off, negative when it is behind; None when nothing says so.

    A time before this program's release is behind. Otherwise two certificates must agree that it is too early, or too
    late, and no server may have shown one that fits: a single bad certificate is its server's own fault. Those of one
    domain run out together when nobody renews them, so "too late" takes two domains.
    """
    if now < RELEASED:
        return (now - RELEASED).total_seconds()
    early: dict[str, datetime] = {}
    late: dict[str, datetime] = {}
    late_sites: set[str] = set()
    for report in reports:
        for item in report.evidence:
            seen = item.certificate
            if seen is None:
                continue
            match seen.problem:
                case CertificateProblem.NOT_YET_VALID:
                    early[seen.sha256] = seen.not_before
                case CertificateProblem.EXPIRED:
                    late[seen.sha256] = seen.not_after
                    late_sites.add(registrable_domain((item.endpoint or report.candidate.endpoint).host))
                case None:
                    return None
    if len(early) > 1 and not late:
        return (now - max(early.values())).total_seconds()
    if len(late_sites) > 1 and not early:
        return (now - min(late.values())).total_seconds()
    return None


def surroundings(reports: Iterable[ProbeReport]) -> Surroundings:
    """What all probes of a run together say about the computer and its line."""
    reports = tuple(reports)
    open_ports: set[int] = set()
    blocked: set[int] = set()
    addresses: list[str] = []
    ipv6_broken = False
    reached_any = False
    only_lost = True
    http_on_mail_ports: set[str] = set()
    is_portal = no_route = False
    for report in reports:
        for item in report.evidence:
            if item.stage is Stage.CONNECT and item.endpoint is not None:
                if item.outcome is Outcome.OK:
                    open_ports.add(item.endpoint.port)
                    reached_any = True
                    ipv6_broken |= bool(item.detail.get("ipv6_failed"))
                elif item.error is ErrorKind.CONNECTION_TIMED_OUT:
                    blocked.add(item.endpoint.port)
            if item.outcome is Outcome.FAILED and item.error not in _LOST:
                only_lost = False
            if item.error is ErrorKind.NOT_MAIL and item.detail.get("speaks") == "http" and item.endpoint is not None:
                http_on_mail_ports.add(item.endpoint.host)
            is_portal |= bool(item.detail.get("portal"))
            no_route |= bool(item.detail.get("no_route"))
            said = [item.detail.get("seen_as"), item.reply.text if item.reply is not None else None]
            addresses += filter(None, (public_address(str(words)) for words in said if words))
    lost = not reached_any and only_lost
    return Surroundings(
        online=True if reached_any else (not no_route and has_route() if lost else None),
        captive_portal=True if is_portal or len(http_on_mail_ports) > 1 else None,
        clock_off_s=clock_off_s(reports, datetime.now(UTC)),
        proxy_or_vpn=_proxy_or_vpn_in(int(time.monotonic() / LATELY_S)),
        ipv6_broken=ipv6_broken or None,
        open_ports=tuple(sorted(open_ports)),
        blocked_ports=tuple(sorted(blocked - open_ports)),
        public_address=addresses[0] if addresses else None,
    )
