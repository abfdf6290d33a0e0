"""One connection to one server: its name found, dialled within its permit, encrypted; what else answers there."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol as Interface
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.evidence import CertificateFacts, CertificateProblem, Detail, ErrorKind, Stage
from wizard.model.progress import nobody
from wizard.model.server import Security, ServerCandidate, Source
from wizard.net.dial import Dialed, Dialer, DialFailed
from wizard.net.patience import is_done, now, within
from wizard.net.portal import WEB_PORTS, is_portal, web_answer
from wizard.net.tls import Trust
from wizard.probe.error_kinds import (
    InjectedBeforeTls,
    StageFailed,
    answered_in_clear,
    certificate_problem,
    what_speaks,
)
from wizard.probe.line import FIRST_BYTES
from wizard.probe.permits import Permit, Permits
from wizard.probe.recorder import Recorder
from wizard.probe.tls import certificate_facts, line_facts

SUSPECT_S = 3.3  # SYN is sent again after 1 s and 3 s; only then does silence say something
CONNECT_S = 7.0
OPEN_S = 15.0
SLOW_OPEN_S = 45.0  # RFC 5321 §4.5.3.2.1 gives a greeting five minutes; nobody waits so long at a window
PEEK_AFTER_S = 4.0
GLANCE_S = 0.5  # by then bytes that no mail server begins with are another service's, though their line has no end
PEEK_S = 3.0
WORDS_S = 1.0
HALF_OPEN_S = 0.6  # a SYN unanswered for longer has no connection to count; IPv4 has its 250 ms after IPv6 by then
OBJECTION_TURNS = 4  # of the loop before the first encrypted word: what TLS 1.3 lets a server object to is read in them
MAIL_BEGINS = (b"", b"2", b"4", b"5", b"*", b"+", b"-")  # with nothing, or with what the next line matches
MAIL_STARTS = re.compile(rb"[245]\d{0,2}$|[245]\d\d[ -]|\*|\+|-")  # of a greeting that comes byte by byte


class Network(Struct, frozen=True):
    """How connections are made and which certificates are accepted.

    `pins` are pairs of "host:port" and the SHA-256 that is accepted there and nowhere else; `trusted` are SHA-256 that
    are accepted from whichever server shows them, because the person named them before it was known where. `slow` are
    "host:port" that were silent before: they are given longer now.
    """

    dialer: Dialer
    trust: Trust
    pins: tuple[tuple[str, str], ...] = ()
    trusted: tuple[str, ...] = ()
    slow: frozenset[str] = frozenset()


class Wire(Interface):
    """A connection under a conversation."""

    first_bytes: bytes

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """The transport now in use."""

    async def encrypt(self, context: ssl.SSLContext, host: str, pin: str | None) -> None:
        """Switches to TLS."""

    def abort(self) -> None:
        """Frees the socket at once."""


async def _look_nowhere() -> CertificateFacts | None:
    return None


class Connector:
    """Makes the connection of one conversation. Every method raises `StageFailed`, and each failure is in the recorder.

    Args:
        candidate: the server.
        network: how to get there.
        recorder: keeps the evidence.
        permits: how many connections there may be.
        new_wire: makes the protocol object of a connection.
        look: looks at the certificate the server shows, through a line of its own that ends after the handshake.
        observe: look at the certificate only: accept any.
    """

    def __init__(
        self,
        candidate: ServerCandidate,
        network: Network,
        recorder: Recorder,
        permits: Permits,
        new_wire: Callable[[], Wire],
        *,
        look: Callable[[], Awaitable[CertificateFacts | None]] = _look_nowhere,
        observe: bool = False,
    ) -> None:
        self.wire: Wire | None = None
        self.is_encrypted = False
        self.opens_until = now() + OPEN_S
        self._candidate = candidate
        self._network = network
        self._recorder = recorder
        self._permits = permits
        self._permit: Permit | None = None
        self._has_answered = False
        self._new_wire = new_wire
        self._look = look
        self._observe = observe
        self._pin = dict(network.pins).get(str(candidate.endpoint))
        self._open_s = SLOW_OPEN_S if str(candidate.endpoint) in network.slow else OPEN_S

    async def connect(self) -> None:
        """Finds the name, connects, and encrypts when the line is encrypted from the start."""
        if self._network.trusted and self._pin is None and not self._observe:
            seen = await self._look()
            self._pin = seen.sha256 if seen is not None and seen.sha256 in self._network.trusted else None
        loop = asyncio.get_running_loop()
        await self._take_permit()
        self.opens_until = now() + self._open_s
        self._network.trust.begin()
        dialed = await self._dial()
        wire = self._new_wire()
        self.wire = wire
        try:
            await loop.create_connection(lambda: cast(asyncio.Protocol, wire), sock=dialed.sock)
        except BaseException:
            dialed.sock.close()
            raise
        if self._candidate.security is Security.TLS:
            await self.encrypt()

    async def encrypt(self, ask: Callable[[], Awaitable[None]] | None = None) -> None:
        """The TLS stage: handshake, certificate and version; looks at a refused certificate through a second line.

        `ask` sends STARTTLS or STLS first, and raises StageFailed when the server will not.
        """
        wire = self.wire
        if wire is None:
            raise ConnectionResetError("not connected")
        with self._recorder.stage(Stage.TLS, self.opens_until) as facts:
            if ask is not None:
                await ask()
            try:
                await wire.encrypt(await self._context(), self._candidate.host, self._pin)
            except ssl.SSLCertVerificationError as error:
                self.abort()
                if not self._network.trust.has_roots:
                    raise StageFailed(Stage.TLS, ErrorKind.NO_TRUST_STORE) from error  # says nothing of the certificate
                seen = await self._look()
                # Who named a certificate beforehand meant this server's: a different one there has been changed.
                is_other = bool(self._network.trusted)
                problem = CertificateProblem.CHANGED if is_other else certificate_problem(error, seen)
                certificate = replace(seen, problem=problem) if seen is not None else None
                raise StageFailed(Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=certificate) from error
            except (ssl.SSLError, OSError, InjectedBeforeTls) as error:
                if self._candidate.security is Security.TLS:
                    await self._say_what_answered(error)
                elif answered_in_clear(error):
                    # It said yes to encryption and did not begin it: no other kind of encryption is what it wants.
                    spoken = Detail(speaks=self._candidate.protocol.value)
                    raise StageFailed(Stage.TLS, ErrorKind.TLS_HANDSHAKE, detail=spoken) from error
                raise
            self.is_encrypted = True
            if wire.transport is not None:
                facts.certificate = certificate_facts(wire.transport)
                facts.detail |= line_facts(wire.transport)
        for _ in range(OBJECTION_TURNS):  # or the reset behind its alert ends our word, and the alert is never read
            await asyncio.sleep(0)

    def abort(self) -> None:
        """Frees the socket at once, and its permit."""
        if self.wire is not None:
            self.wire.abort()
        self._give_back_permit()

    async def first_words(self, read: Callable[[], Coroutine[None, None, bytes]]) -> bytes:
        """What `read` hears first; when it stays silent, StageFailed says whether TLS or another service is why."""
        words = asyncio.ensure_future(read())
        try:
            glance_s = min(GLANCE_S, PEEK_AFTER_S / 2)
            if not await is_done(words, glance_s):
                if self._begins_as_no_mail():
                    await self._say_what_is_not_mail()
                await is_done(words, PEEK_AFTER_S - glance_s)
            if words.done():
                return words.result()
            await self._say_what_is_not_mail()
            if self.is_encrypted or self._observe:
                return await words  # TLS was spoken, or is not to be waited for
            alone = self._permits.is_full(self._candidate.host)
            if alone:
                self.abort()  # there is no room for a second line beside the silent one
            hello_heard = await self._answer_to_tls()
            if hello_heard:
                raise StageFailed(Stage.TLS, ErrorKind.TLS_WHERE_PLAINTEXT)
            if hello_heard is False:  # whoever waits for a question in HTTP has no patience with one in TLS
                await self._say_what_web_server_answers()
            if not alone:
                return await words
        finally:
            if words.cancel() or words.cancelled() or words.exception() is not None:
                await asyncio.gather(words, return_exceptions=True)
        await self.connect()
        return await read()

    async def seen_on_the_web(self, heard: bytes) -> Detail:
        """Detail of an answer in HTTP: whether a guest network's sign-in page stands behind it.

        `heard` is what came unasked. Asks for the page itself, through a line of its own; this one is closed.
        """
        host, port = self._candidate.host, self._candidate.port
        self.abort()
        if is_portal(heard, host, port):
            return Detail(speaks="http", portal=True)
        return await self._asked_on_the_web() or Detail(speaks="http")

    async def _asked_on_the_web(self) -> Detail | None:
        """As above by asking alone; None where no web server answers."""
        host, port, given = self._candidate.host, self._candidate.port, _is_meant(self._candidate)
        try:
            with within(WORDS_S):
                permit = await self._permits.take(host)
        except TimeoutError:
            return None
        try:
            answer = await web_answer(self._network.dialer, host, port, given=given, seconds=WORDS_S)
        finally:
            permit.give_back()
        if what_speaks(answer) != "http":
            return None
        return Detail(speaks="http", portal=True) if is_portal(answer, host, port) else Detail(speaks="http")

    async def _say_what_web_server_answers(self) -> None:
        seen = await self._asked_on_the_web()
        if seen is not None:
            raise StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, detail=seen)

    def _begins_as_no_mail(self) -> bool:
        first = self.wire.first_bytes if self.wire is not None else b""
        return len(first) < FIRST_BYTES and first[:1] not in MAIL_BEGINS

    async def _say_what_is_not_mail(self) -> None:
        """Raises when what came so far is no mail server's, or when nothing came on a web server's port."""
        first = self.wire.first_bytes if self.wire is not None else b""
        speaks = what_speaks(first) if first else "http" if self._candidate.port in WEB_PORTS else None
        if speaks == "http":
            raise StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, detail=await self.seen_on_the_web(first))
        if speaks not in {None, "smtp", "imap", "pop3", "tls"} and not MAIL_STARTS.match(first):
            raise StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, detail=Detail(speaks=speaks))

    async def _context(self) -> ssl.SSLContext:
        trust = self._network.trust
        return trust.observing() if self._observe or self._pin is not None else await trust.ready()

    async def _take_permit(self, *, again: bool = False) -> None:
        self._give_back_permit()
        self._permit = await self._permits.take(self._candidate.host, again=again)

    def _give_back_permit(self) -> None:
        if self._permit is not None:
            self._permit.give_back()

    async def _dial(self) -> Dialed:
        """A connected socket that has its permit."""
        try:
            return await self._dial_with_permit()
        except BaseException:
            self._give_back_permit()
            raise

    async def _dial_with_permit(self) -> Dialed:
        loop = asyncio.get_running_loop()
        recorder, host, port = self._recorder, self._candidate.host, self._candidate.port
        started = loop.time()
        found_s: float | None = None
        half_open: asyncio.TimerHandle | None = None

        def on_found(seconds: float) -> None:
            nonlocal found_s, half_open
            found_s = seconds
            recorder.passed(Stage.DNS, seconds)
            recorder.begin(Stage.CONNECT)
            if not self._has_answered:
                half_open = loop.call_later(HALF_OPEN_S, self._give_back_permit)

        recorder.begin(Stage.DNS)
        suspicion = loop.call_later(SUSPECT_S, lambda: recorder.hint(Stage.CONNECT, suspected_blocked=True))
        try:
            with within(CONNECT_S):
                given = _is_meant(self._candidate)
                dialed = await self._network.dialer.dial(host, port, given=given, on_found=on_found)
        except DialFailed as failure:
            if failure.stage_is_dns:
                self._permits.not_needed()
            stage = Stage.DNS if failure.stage_is_dns else Stage.CONNECT
            detail = Detail(addresses=", ".join(failure.addresses) or None)
            if failure.no_route:
                detail["no_route"] = True
            failed = StageFailed(stage, failure.kind, detail=detail)
            recorder.failed(failed, loop.time() - started - (found_s or 0.0))
            raise failed from failure
        except TimeoutError as error:
            kind = ErrorKind.DNS_UNAVAILABLE if found_s is None else ErrorKind.CONNECTION_TIMED_OUT
            failed = StageFailed(Stage.DNS if found_s is None else Stage.CONNECT, kind)
            recorder.failed(failed, loop.time() - started - (found_s or 0.0))
            raise failed from error
        finally:
            suspicion.cancel()
            if half_open is not None:
                half_open.cancel()
        if found_s is None:
            recorder.passed(Stage.DNS, dialed.dns_s)
        local = dialed.sock.getsockname()[0]
        recorder.passed(
            Stage.CONNECT, dialed.connect_s, address=dialed.address, local=local, ipv6_failed=dialed.ipv6_failed
        )
        return dialed if self._permit is not None and self._permit.is_held else await self._permitted(dialed)

    async def _permitted(self, dialed: Dialed) -> Dialed:
        """A connection whose permit was given back while it was slow: kept where there is room, else made later."""
        is_full = self._permits.is_full(self._candidate.host)
        if is_full:
            dialed.sock.close()
        self._has_answered = True
        await self._take_permit(again=True)
        return await self._dial_with_permit() if is_full else dialed

    async def _say_what_answered(self, error: Exception) -> None:
        """Raises what speaks in clear on a line that should be encrypted from the start; returns when nothing does."""
        words = self.wire.first_bytes if self.wire is not None else b""
        if not words and answered_in_clear(error) and not self._observe:
            self.abort()
            words = await self._first_words_in_clear()
        if not words:
            return
        speaks = what_speaks(words)
        if speaks == "tls" and answered_in_clear(error):
            raise StageFailed(Stage.TLS, ErrorKind.TLS_HANDSHAKE) from error  # records of TLS with rubbish in them
        if speaks != "tls":
            if speaks == "http":
                seen = await self.seen_on_the_web(words)
                raise StageFailed(Stage.TLS, ErrorKind.NOT_MAIL, detail=seen) from error
            kind = ErrorKind.NOT_MAIL if speaks in {"ssh", "ftp"} else ErrorKind.PLAINTEXT_WHERE_TLS
            raise StageFailed(Stage.TLS, kind, detail=Detail(speaks=speaks)) from error

    async def _first_words_in_clear(self) -> bytes:
        """What the server says through a line of its own: unasked, or else to an empty request, as web servers do."""
        loop = asyncio.get_running_loop()
        given = _is_meant(self._candidate)
        try:
            with within(WORDS_S):
                await self._take_permit()
                dialed = await self._network.dialer.dial(self._candidate.host, self._candidate.port, given=given)
                with dialed.sock:
                    with contextlib.suppress(TimeoutError), within(WORDS_S / 2):
                        return await loop.sock_recv(dialed.sock, 256)
                    await loop.sock_sendall(dialed.sock, b"\r\n\r\n")
                    return await loop.sock_recv(dialed.sock, 256)
        except (DialFailed, OSError):  # TimeoutError is one of them
            return b""
        finally:
            self._give_back_permit()

    async def _answer_to_tls(self) -> bool | None:
        """Whether the port that was silent in clear completes a TLS handshake; None when it stays silent.

        Nothing is sent through it.
        """
        as_tls = replace(self._candidate, security=Security.TLS)
        quiet = Recorder(as_tls, self._recorder.clock, nobody, self._recorder.redact)
        look = Connector(as_tls, self._network, quiet, self._permits, self._new_wire, observe=True)
        try:
            with within(PEEK_S):
                await look.connect()
        except TimeoutError:
            return None
        except StageFailed as failure:
            return None if failure.kind is ErrorKind.SILENCE else False
        finally:
            look.abort()
        return True


def _is_meant(candidate: ServerCandidate) -> bool:
    """Whether an address on this computer or its line is what was meant: the person typed it, or a preset states it."""
    if candidate.source is Source.GIVEN:
        return True
    # Proton's Bridge listens on 127.0.0.1. A preset's *name* that DNS turns into such an address is still refused.
    return candidate.source in (Source.PRESET, Source.PACK) and candidate.host.replace(".", "").isdigit()
