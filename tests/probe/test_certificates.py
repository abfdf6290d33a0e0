"""A bad certificate ends the line before a byte is said; its good twin works; trust is for one (T06, T08)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import certifi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.lab.scripted import ScriptedServer
from tests.probe.issuer import Issuer, Lax, sha256_of
from tests.probe.talk import PROTOCOLS, USER, Mail, Names, candidate, greeting, offers, ok, probe, tls_server, verb_of
from wizard.model.evidence import CertificateFacts, CertificateProblem, ErrorKind, ProbeReport, Stage
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.tls import certificate_facts, read_certificate, told_facts

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)
each_security = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
NAME = "mail.example.org"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def trusting(issuer: Issuer) -> Network:
    """Every name is this computer; the issuer's root is trusted."""
    return Network(SystemDialer(Names(), lab=True), Trust((issuer.ca_file,)))


def _stranger(issuer: Issuer) -> Lax:
    return issuer.issue(by=issuer.authority("Nobody knows"))


BAD: dict[str, tuple[Callable[[Issuer], Lax], CertificateProblem]] = {
    "expired": (lambda issuer: issuer.issue(days=(-60, -3)), CertificateProblem.EXPIRED),
    "not-yet-valid": (lambda issuer: issuer.issue(days=(3, 60)), CertificateProblem.NOT_YET_VALID),
    "self-signed": (lambda issuer: issuer.issue(self_signed=True), CertificateProblem.SELF_SIGNED),
    "unknown-authority": (_stranger, CertificateProblem.UNTRUSTED),
    "missing-intermediate": (
        lambda issuer: issuer.issue(by=issuer.authority("Between", issuer.root)),
        CertificateProblem.UNTRUSTED,
    ),
    "wrong-name": (lambda issuer: issuer.issue(["other.example.net"]), CertificateProblem.NAME_MISMATCH),
    "common-name-only": (lambda issuer: issuer.issue([]), CertificateProblem.NAME_MISMATCH),
    "wildcard-too-high": (lambda issuer: issuer.issue(["*.org"]), CertificateProblem.NAME_MISMATCH),
    "wildcard-too-deep": (lambda issuer: issuer.issue(["*.mail.example.org"]), CertificateProblem.NAME_MISMATCH),
    "wildcard-for-all": (lambda issuer: issuer.issue(["*"]), CertificateProblem.NAME_MISMATCH),
    "wildcard-twice": (lambda issuer: issuer.issue(["*.*.org"]), CertificateProblem.NAME_MISMATCH),
    "weak-key": (lambda issuer: issuer.issue(weak=True), CertificateProblem.OTHER),
}


@pytest.mark.slow
@each_security
@each_protocol
@pytest.mark.parametrize("kind", BAD)
async def test_no_byte_after_a_bad_certificate(
    kind: str, protocol: Protocol, security: Security, issuer: Issuer, trusting: Network
) -> None:
    make, problem = BAD[kind]
    issued = make(issuer)
    mail = Mail(protocol)
    async with tls_server(mail, issued, security) as server:
        report = await probe(candidate(server, protocol, security, host=NAME), trusting)
        inside = [talk for talk in server.conversations if talk.encrypted]
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_CERTIFICATE)
    assert report.failure.certificate is not None
    assert report.failure.certificate.problem is problem
    assert report.failure.certificate.sha256 == sha256_of(issued)
    # Inside TLS nothing was said: not on the line that was refused, nor on the one that looked again.
    assert all(bytes(talk.received) == bytes(mail.in_clear[: len(talk.received)]) for talk in inside)
    assert "auth" not in mail.verbs
    assert mail.sign_ins == []


@each_security
@each_protocol
@pytest.mark.parametrize(
    "names", [["mail.example.org"], ["*.example.org"], ["MAIL.example.ORG"], ["a.example.net", "mail.example.org"]]
)
async def test_the_good_twins_work(
    names: list[str], protocol: Protocol, security: Security, issuer: Issuer, trusting: Network
) -> None:
    async with tls_server(Mail(protocol), issuer.issue(names), security) as server:
        report = await probe(candidate(server, protocol, security, host=NAME), trusting)
    assert report.signed_in


@pytest.mark.parametrize("reverse", [False, True])
async def test_a_chain_out_of_order_is_still_a_chain(reverse: bool, issuer: Issuer, trusting: Network) -> None:
    upper = issuer.authority("Upper", issuer.root)
    lower = issuer.authority("Lower", upper)
    chain = (upper, lower) if reverse else (lower, upper)
    issued = issuer.issue(by=lower, chain=chain)
    async with tls_server(Mail(Protocol.IMAP), issued, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.IMAP, Security.TLS, host=NAME), trusting)
    assert report.signed_in


@each_security
@each_protocol
async def test_a_pin_accepts_exactly_that_certificate(
    protocol: Protocol, security: Security, issuer: Issuer, trusting: Network
) -> None:
    first, second = issuer.issue(self_signed=True), issuer.issue(self_signed=True)
    async with tls_server(Mail(protocol), first, security) as server:
        target = candidate(server, protocol, security, host=NAME)
        pinned = replace(trusting, pins=((str(target.endpoint), sha256_of(first)),))
        assert (await probe(target, pinned)).signed_in
        changed = Mail(protocol)
        async with tls_server(changed, second, security) as other:
            target = candidate(other, protocol, security, host=NAME)
            moved = replace(trusting, pins=((str(target.endpoint), sha256_of(first)),))
            report = await probe(target, moved)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.TLS_CERTIFICATE
    assert report.failure.certificate is not None
    assert report.failure.certificate.problem is CertificateProblem.CHANGED
    assert report.failure.certificate.sha256 == sha256_of(second)
    assert changed.sign_ins == []
    assert all(talk.received in (b"", bytes(changed.in_clear)) for talk in other.conversations)


async def test_a_changed_certificate_is_refused_even_when_it_is_a_valid_one(issuer: Issuer, trusting: Network) -> None:
    mail = Mail(Protocol.IMAP)
    async with tls_server(mail, issuer.issue(), Security.TLS) as server:
        target = candidate(server, Protocol.IMAP, Security.TLS, host=NAME)
        pinned = replace(trusting, pins=((str(target.endpoint), sha256_of(issuer.issue(self_signed=True))),))
        report = await probe(target, pinned)
    assert report.failure is not None
    assert report.failure.certificate is not None
    assert report.failure.certificate.problem is CertificateProblem.CHANGED
    assert mail.verbs == []


async def test_a_pin_is_for_one_host_and_port(issuer: Issuer, trusting: Network) -> None:
    issued = issuer.issue(self_signed=True)
    mail = Mail(Protocol.IMAP)
    async with tls_server(mail, issued, Security.TLS) as server:
        target = candidate(server, Protocol.IMAP, Security.TLS, host=NAME)
        for elsewhere in (f"{NAME}:{server.port + 1}", f"other.example.org:{server.port}"):
            report = await probe(target, replace(trusting, pins=((elsewhere, sha256_of(issued)),)))
            assert report.failure is not None
            assert report.failure.error is ErrorKind.TLS_CERTIFICATE
    assert mail.verbs == []


@each_security
@each_protocol
async def test_a_fingerprint_named_beforehand_is_accepted_and_no_other(
    protocol: Protocol, security: Security, issuer: Issuer, trusting: Network
) -> None:
    issued = issuer.issue(self_signed=True)
    mail = Mail(protocol)
    async with tls_server(mail, issued, security) as server:
        target = candidate(server, protocol, security, host=NAME)
        other = await probe(target, replace(trusting, trusted=("00" * 32,)))
        assert other.failure is not None
        assert other.failure.error is ErrorKind.TLS_CERTIFICATE
        assert other.failure.certificate is not None
        assert other.failure.certificate.problem is CertificateProblem.CHANGED
        assert mail.sign_ins == []
        named = await probe(target, replace(trusting, trusted=("00" * 32, sha256_of(issued))))
    assert named.signed_in
    assert len(mail.sign_ins) == 1


@pytest.mark.parametrize(
    "raw",
    [
        bytes.fromhex("3007870501020304ff"),  # an IP address of five bytes
        bytes.fromhex("300682046dffff6c"),  # a name that is not ASCII
        bytes.fromhex("3000"),
    ],
)
async def test_a_certificate_that_no_library_reads_can_be_trusted_by_its_fingerprint(
    raw: bytes, issuer: Issuer, trusting: Network
) -> None:
    issued = issuer.issue(self_signed=True, raw_names=raw)
    mail = Mail(Protocol.IMAP)
    async with tls_server(mail, issued, Security.TLS) as server:
        target = candidate(server, Protocol.IMAP, Security.TLS, host=NAME)
        refused = await probe(target, trusting)
        assert refused.failure is not None
        assert refused.failure.certificate is not None
        assert refused.failure.certificate.sha256 == sha256_of(issued)
        assert mail.sign_ins == []
        named = await probe(target, replace(trusting, trusted=(sha256_of(issued),)))
    assert named.signed_in


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_any_bytes_have_a_fingerprint(issuer: Issuer, data: bytes, place: int, value: int) -> None:
    der = bytearray(ssl.PEM_cert_to_DER_cert(issuer.ca_file.read_text()))
    der[place % len(der)] = value
    for content in (data, bytes(der)):
        facts = read_certificate(content)
        assert facts.sha256 == hashlib.sha256(content).hexdigest()
        assert facts.not_before.tzinfo is not None
        assert facts.subject.isprintable()


ROOTS = re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----\n", Path(certifi.where()).read_text("utf-8"), re.DOTALL)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # one of them has 0
def test_what_openssl_tells_is_what_a_library_reads(issuer: Issuer, tmp_path: Path) -> None:
    odd = [
        'Example, Inc. "Mail" <a+b>;\\', " blanks ", "#1", "\x1b[2J\u202e", "Zoë=Müller", "mail.example.org",
    ]  # fmt: skip
    ours = [issuer.issue(["a.example", "*.b.example", "127.0.0.1"], common_name=name) for name in odd]
    ours.append(issuer.issue((), self_signed=True))
    told = 0
    for pem in [*ROOTS, *(one.certificate.read_text() for one in ours)]:
        path = tmp_path / "one.pem"
        path.write_text(pem)
        said: dict[str, Any] = ssl._ssl._test_decode_cert(str(path))  # type: ignore[attr-defined]
        der = ssl.PEM_cert_to_DER_cert(pem)
        facts = told_facts(said, der)
        told += facts is not None
        assert facts in (None, read_certificate(der))
    assert told > len(ROOTS) * 0.9
    assert told_facts({}, b"nothing was verified") is None


async def test_a_verified_certificate_is_read_without_a_library(issuer: Issuer, trusting: Network) -> None:
    """It takes as long to load as all else a check loads."""
    issued = issuer.issue()
    async with tls_server(Mail(Protocol.IMAP), issued, Security.TLS) as server:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("wizard.probe.tls.read_certificate", None)
            report = await probe(candidate(server, Protocol.IMAP, Security.TLS, host=NAME), trusting)
    seen = report.last(Stage.TLS)
    assert seen is not None
    assert seen.certificate is not None
    assert seen.certificate.sha256 == sha256_of(issued)


async def test_names_in_a_certificate_are_made_inert(issuer: Issuer, trusting: Network) -> None:
    issued = issuer.issue(["other.example.net"], common_name="\x1b[2J<b>bank\u202e")
    async with tls_server(Mail(Protocol.IMAP), issued, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.IMAP, Security.TLS, host=NAME), trusting)
    assert report.failure is not None
    assert report.failure.certificate is not None
    assert report.failure.certificate.subject.isprintable()


@contextmanager
def sockets_with_tls(
    issued: Lax, switched: Protocol | None = None, *, resets: Event | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """A port whose handshakes are the ssl module's own, and what was said inside; asyncio swallows its alerts.

    The handshake comes at the start, or where `switched` is given, after that protocol's words for it. With `resets` an
    alert is followed by an RST at once, and that is set then.
    """
    context = issued.server_context()
    said: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.dup() as same:
                line.settimeout(5)
                same.settimeout(5)
                try:
                    if switched is not None:
                        _talk_until_switched(line, switched)
                    with context.wrap_socket(line, server_side=True) as inside:
                        said.append(inside.recv(4096))
                except OSError:
                    if resets is not None:
                        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        line.close()
                        same.close()
                        resets.set()
                        continue
                    with suppress(OSError):
                        same.recv(4096)  # closing with bytes unread would be an RST that overtakes the alert

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], said
        finally:
            with suppress(OSError):  # Windows knows no end of a listener but its closing
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(5)


def _talk_until_switched(line: socket.socket, protocol: Protocol) -> None:
    line.sendall(greeting(protocol))
    while said := line.recv(4096).rstrip(b"\r\n"):
        verb = verb_of(protocol, said)
        line.sendall(offers(protocol, said, starttls=True, auth=False) if verb == "hello" else ok(protocol, said))
        if verb == "starttls":
            return


async def _probe_port(
    port: int, protocol: Protocol, network: Network, security: Security = Security.TLS
) -> ProbeReport:
    target = ServerCandidate(protocol, NAME, port, security, USER, Source.GIVEN, trusted=True)
    return await probe(target, network)


@each_protocol
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_is_never_used(
    protocol: Protocol, version: ssl.TLSVersion, issuer: Issuer, trusting: Network
) -> None:
    with sockets_with_tls(issuer.issue(versions=(version, version))) as (port, said):
        report = await _probe_port(port, protocol, trusting)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_VERSION)
    assert said == []


# TLS 1.3 lets the server object after our half of the handshake, and Windows throws away what came before a reset.
LATE = pytest.mark.skipif(sys.platform == "win32", reason="the server's reset overtakes its alert there")


@each_protocol
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, pytest.param(ssl.TLSVersion.TLSv1_3, marks=LATE)])
async def test_a_server_that_wants_a_client_certificate_is_named(
    protocol: Protocol, security: Security, version: ssl.TLSVersion, issuer: Issuer, trusting: Network
) -> None:
    switched = protocol if security is Security.STARTTLS else None
    issued = issuer.issue(versions=(version, version), wants_client=True)
    with sockets_with_tls(issued, switched) as (port, said):
        report = await _probe_port(port, protocol, trusting, security)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_HANDSHAKE)
    assert "ALERT" in str(report.failure.detail["tls_reason"])
    assert report.failure.detail["wants_certificate"] is True
    assert said == []


@each_protocol
@pytest.mark.skipif(sys.platform == "win32", reason="what came before a reset is thrown away there")
async def test_an_alert_counts_that_came_with_a_reset_before_we_had_spoken(
    protocol: Protocol, issuer: Issuer, trusting: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy computer looks at the certificate for so long that both are there before its first word."""
    version = ssl.TLSVersion.TLSv1_3
    refused = Event()

    def look_slowly(transport: asyncio.BaseTransport) -> CertificateFacts | None:
        refused.wait(5)
        return certificate_facts(transport)

    monkeypatch.setattr("wizard.probe.connector.certificate_facts", look_slowly)
    issued = issuer.issue(versions=(version, version), wants_client=True)
    with sockets_with_tls(issued, protocol, resets=refused) as (port, said):
        report = await _probe_port(port, protocol, trusting, Security.STARTTLS)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_HANDSHAKE)
    assert report.failure.detail["wants_certificate"] is True
    assert said == []


async def test_a_server_without_a_cipher_of_ours_wants_no_certificate(issuer: Issuer, trusting: Network) -> None:
    versions = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    issued = issuer.issue(versions=versions, wants_client=True, ciphers="ECDHE-ECDSA-CAMELLIA256-SHA384")
    with sockets_with_tls(issued) as (port, _):
        report = await _probe_port(port, Protocol.SMTP, trusting)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_HANDSHAKE)
    assert "wants_certificate" not in report.failure.detail


def test_trust_never_lowers_the_minimum() -> None:
    for context in (Trust().verifying(), Trust().observing()):
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert Trust().verifying().verify_mode is ssl.CERT_REQUIRED
    assert Trust().verifying().check_hostname
    assert not Trust().verifying().hostname_checks_common_name


@pytest.mark.parametrize(
    ("self_signed", "problem"), [(False, CertificateProblem.UNTRUSTED), (True, CertificateProblem.SELF_SIGNED)]
)
async def test_the_systems_own_judgement_has_the_same_words(
    self_signed: bool, problem: CertificateProblem, issuer: Issuer
) -> None:
    """Windows and macOS judge by themselves, and have numbers of their own."""
    network = Network(SystemDialer(Names(), lab=True), Trust())
    async with tls_server(Mail(Protocol.IMAP), issuer.issue(self_signed=self_signed), Security.TLS) as server:
        report = await probe(candidate(server, Protocol.IMAP, Security.TLS, host=NAME), network)
    assert report.failure is not None
    assert report.failure.certificate is not None
    assert report.failure.certificate.problem is problem


async def test_roots_that_are_given_are_the_only_ones_where_asked(issuer: Issuer, tmp_path: Path) -> None:
    other = Issuer(tmp_path)
    network = Network(SystemDialer(Names(), lab=True), Trust(only_ca_data=other.ca_file.read_text()))
    async with ScriptedServer(Mail(Protocol.IMAP), certificate=issuer.issue(), tls_at_start=True) as server:
        report = await probe(candidate(server, Protocol.IMAP, Security.TLS, host=NAME), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.TLS_CERTIFICATE
