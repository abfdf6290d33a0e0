"""What the surroundings showed: the line, ports that get out, the public address; no stranger is asked."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable

from wizard.model.evidence import ErrorKind, Outcome, ProbeReport, Stage, Surroundings

_LOST = {ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE, ErrorKind.NAME_NOT_FOUND}
_PUBLIC = re.compile(r"[\[(\s]((?:\d{1,3}\.){3}\d{1,3})[\])\s,;]")


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


def surroundings(reports: Iterable[ProbeReport]) -> Surroundings:
    """What all probes of a run together say about the computer and its line."""
    open_ports: set[int] = set()
    blocked: set[int] = set()
    addresses: list[str] = []
    ipv6_broken = False
    reached_any = False
    only_lost = True
    http_on_mail_ports: set[str] = set()
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
            if item.reply is not None:
                addresses += _PUBLIC.findall(f" {item.reply.text} ")
    lost = not reached_any and only_lost and (blocked or open_ports) == set()
    return Surroundings(
        online=True if reached_any else (has_route() if lost else None),
        captive_portal=True if len(http_on_mail_ports) > 1 else None,
        ipv6_broken=ipv6_broken or None,
        open_ports=tuple(sorted(open_ports)),
        blocked_ports=tuple(sorted(blocked - open_ports)),
        public_address=addresses[0] if addresses else None,
    )
