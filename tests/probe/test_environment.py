"""What the surroundings show: the clock, the line, this computer's address as servers see it."""

from __future__ import annotations

import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from wizard.model.evidence import (
    CertificateFacts,
    CertificateProblem,
    Detail,
    ErrorKind,
    Evidence,
    Outcome,
    ProbeReport,
    Stage,
)
from wizard.model.server import Endpoint, Protocol, Security, ServerCandidate, Source
from wizard.net.interfaces import active_interfaces
from wizard.probe.environment import LATELY_S, RELEASED, clock_off_s, proxy_or_vpn, public_address, surroundings

NOW = RELEASED + timedelta(days=30)


def _report(
    problem: CertificateProblem | None = None,
    *,
    print_: str = "a",
    days: int = 3,
    error: ErrorKind | None = None,
    host: str = "smtp.example.org",
) -> ProbeReport:
    candidate = ServerCandidate(Protocol.SMTP, host, 465, Security.TLS, "ada", Source.GUESS, True)
    facts = CertificateFacts(
        print_, (), "CN=a", "CN=b", NOW + timedelta(days=days), NOW - timedelta(days=days), False, problem
    )
    outcome = Outcome.OK if error is None and problem is None else Outcome.FAILED
    where = Endpoint(host, 465, Security.TLS)
    evidence = Evidence(Stage.TLS, outcome, Protocol.SMTP, where, error=error, certificate=facts)
    return ProbeReport(candidate, (evidence,))


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("smtp.example.net at your service, [203.0.113.7]", "203.0.113.7"),
        ("mail.example.org Hello host.example [198.51.100.4]", "198.51.100.4"),
        ("Client host [8.8.4.4] blocked", "8.8.4.4"),
        ("mail Hello [IPv6:2001:db8::25]", "2001:db8::25"),
        ("Hello 2001:db8::25, nice to meet you", "2001:db8::25"),
        ("mail.example.org Hello [192.168.1.5]", None),
        ("ESMTP version 1.2.3.4.5 at 12:30:45", None),
        ("250 999.1.1.1", None),
        ("Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", None),
        ("see RFC 5321 section 4.1.1.1, [203.0.113.7]", "203.0.113.7"),
        ("mail.example.org", None),
    ],
)
def test_this_computers_address_in_a_servers_words(words: str, address: str | None) -> None:
    assert public_address(words) == address


def test_a_clock_before_the_release_is_behind() -> None:
    reset = datetime(2000, 1, 1, tzinfo=UTC)
    assert clock_off_s((), reset) == (reset - RELEASED).total_seconds()


def test_two_certificates_must_agree() -> None:
    early = CertificateProblem.NOT_YET_VALID
    assert clock_off_s((_report(early),), NOW) is None
    assert clock_off_s((_report(early), _report(early)), NOW) is None, "the same certificate twice is one"
    both = (_report(early), _report(early, print_="b", days=9))
    assert clock_off_s(both, NOW) == -timedelta(days=9).total_seconds()
    late = CertificateProblem.EXPIRED
    both = (_report(late), _report(late, print_="b", days=9, host="imap.example.net"))
    assert clock_off_s(both, NOW) == timedelta(days=9).total_seconds()
    both = (_report(late), _report(late, print_="b", days=9, host="imap.example.org"))
    assert clock_off_s(both, NOW) is None, "one domain's certificates run out together"


def test_one_certificate_that_fits_acquits_the_clock() -> None:
    early = CertificateProblem.NOT_YET_VALID
    assert clock_off_s((_report(early), _report(early, print_="b"), _report(print_="c")), NOW) is None


def test_a_proxy_of_the_system_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert proxy_or_vpn() == "proxy"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tun0", "VPN"), ("wg1", "VPN"), ("ppp0", "VPN"), ("nordlynx", "VPN"), ("ipsec0", "VPN"),
        ("utun3", None), ("eth0", None), ("wlp2s0", None), ("lo", None), ("docker0", None),
        # Windows: what the adapter's maker calls it
        ("ppp", "VPN"), ("TAP-Windows Adapter V9", "VPN"), ("WireGuard Tunnel", "VPN"),
        ("Wintun Userspace Tunnel", "VPN"),
        ("Cisco AnyConnect Virtual Miniport Adapter for Windows x64", "VPN"),
        ("Fortinet SSL VPN Virtual Ethernet Adapter", "VPN"),
        ("PANGP Virtual Ethernet Adapter", "VPN"), ("Tailscale Tunnel", "VPN"),
        ("Intel(R) Wi-Fi 6 AX201 160MHz", None), ("Realtek PCIe GbE Family Controller", None),
        ("Software Loopback Interface 1", None), ("Microsoft Teredo Tunneling Adapter", None),
        ("Hyper-V Virtual Ethernet Adapter", None), ("Bluetooth Device (Personal Area Network)", None),
    ],
)  # fmt: skip
def test_a_tunnel_is_told_by_its_name(name: str, told: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "getproxies", dict)
    monkeypatch.setattr("wizard.probe.environment.active_interfaces", lambda: ["lo", name])
    assert proxy_or_vpn() == told


def test_the_system_names_its_interfaces() -> None:
    assert all(isinstance(name, str) for name in active_interfaces())


def test_checks_that_end_together_look_for_a_proxy_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []

    def none_there() -> tuple[str, ...]:
        asked.append(None)
        return ()

    monkeypatch.setattr("wizard.probe.environment.active_interfaces", none_there)
    monkeypatch.setattr(urllib.request, "getproxies", dict)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 * LATELY_S)
    for _ in range(3):
        surroundings(())
    assert len(asked) == 1
    monkeypatch.setattr(time, "monotonic", lambda: 1001.5 * LATELY_S)
    surroundings(())
    assert len(asked) == 2


def test_ports_that_get_out_and_ports_that_do_not() -> None:
    def at(port: int, outcome: Outcome, error: ErrorKind | None) -> ProbeReport:
        where = Endpoint("smtp.example.org", port, Security.TLS)
        candidate = ServerCandidate(Protocol.SMTP, where.host, port, Security.TLS, "ada", Source.GUESS, True)
        return ProbeReport(candidate, (Evidence(Stage.CONNECT, outcome, Protocol.SMTP, where, error=error),))

    shown = surroundings((at(587, Outcome.FAILED, ErrorKind.CONNECTION_TIMED_OUT), at(465, Outcome.OK, None)))
    assert (shown.online, shown.open_ports, shown.blocked_ports) == (True, (465,), (587,))


def _seen(
    host: str, stage: Stage, outcome: Outcome, error: ErrorKind | None = None, speaks: str | None = None
) -> ProbeReport:
    where = Endpoint(host, 465, Security.TLS)
    candidate = ServerCandidate(Protocol.SMTP, host, 465, Security.TLS, "ada", Source.GUESS, True)
    detail: Detail = {"speaks": speaks} if speaks is not None else {}
    return ProbeReport(candidate, (Evidence(stage, outcome, Protocol.SMTP, where, error=error, detail=detail),))


def test_web_pages_on_the_mail_ports_of_two_hosts_are_a_captive_portal() -> None:
    def web(host: str) -> ProbeReport:
        return _seen(host, Stage.GREETING, Outcome.FAILED, ErrorKind.NOT_MAIL, "http")

    assert surroundings((web("smtp.example.org"), web("imap.example.net"))).captive_portal is True
    assert surroundings((web("smtp.example.org"), web("smtp.example.org"))).captive_portal is None
    ssh = _seen("imap.example.net", Stage.GREETING, Outcome.FAILED, ErrorKind.NOT_MAIL, "ssh")
    assert surroundings((web("smtp.example.org"), ssh)).captive_portal is None


@pytest.mark.parametrize("route", [True, False])
def test_a_computer_is_offline_where_nothing_leads_anywhere_and_it_has_no_way_out(
    monkeypatch: pytest.MonkeyPatch, route: bool
) -> None:
    monkeypatch.setattr("wizard.probe.environment.has_route", lambda: route)
    for error in (ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE, ErrorKind.NAME_NOT_FOUND):
        lost = _seen("smtp.example.org", Stage.CONNECT, Outcome.FAILED, error)
        assert surroundings((lost,)).online is route
    answered = _seen("imap.example.org", Stage.CONNECT, Outcome.OK)
    assert surroundings((lost, answered)).online is True
    refused = _seen("imap.example.org", Stage.CONNECT, Outcome.FAILED, ErrorKind.CONNECTION_REFUSED)
    assert surroundings((lost, refused)).online is None
    silent = _seen("imap.example.org", Stage.CONNECT, Outcome.FAILED, ErrorKind.CONNECTION_TIMED_OUT)
    assert surroundings((lost, silent)).online is None
