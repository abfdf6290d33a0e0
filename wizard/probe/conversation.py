"""What SMTP, IMAP and POP3 share: finding, connecting, encrypting, deadlines and evidence."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol as Interface
from typing import cast

from wizard.model.evidence import CertificateFacts, ErrorKind, Reply, Stage
from wizard.model.progress import nobody
from wizard.model.secret import Secret
from wizard.model.server import AuthMethod, Security, ServerCandidate, Source
from wizard.net.dial import Dialed, Dialer, DialFailed
from wizard.net.patience import Deadline, now, within
from wizard.net.tls import Trust
from wizard.probe.error_kinds import (
    InjectedBeforeTls,
    StageFailed,
    answered_in_clear,
    certificate_problem,
    failure_from,
    what_speaks,
)
from wizard.probe.mechanisms import check
from wizard.probe.places import Place, Places
from wizard.probe.recorder import Recorder, StageFacts
from wizard.probe.tls import certificate_facts, line_facts

SUSPECT_S = 3.3  # SYN is sent again after 1 s and 3 s; only then does silence say something
CONNECT_S = 7.0
OPEN_S = 15.0
SIGN_IN_S = 30.0
PEEK_AFTER_S = 4.0
PEEK_S = 3.0
WORDS_S = 1.0
HALF_OPEN_S = 0.6  # a SYN unanswered for longer has no connection to count; IPv4 has its 250 ms after IPv6 by then
HTTP_PORTS = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True, slots=True)
class Network:
    """How connections are made and which certificates are accepted.

    `pins` are pairs of "host:port" and the SHA-256 that is accepted there and nowhere else; `trusted` are SHA-256 that
    are accepted from whichever server shows them, because the person named them before it was known where.
    """

    dialer: Dialer
    trust: Trust
    pins: tuple[tuple[str, str], ...] = ()
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in and with what; a token is used instead of a password."""

    username: str
    secret: Secret | None = None
    token: Secret | None = None


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


class Conversation(ABC):
    """One connection to one server. Every method raises `StageFailed`, and every failure is already in the recorder.

    Args:
        candidate: the server.
        network: how to get there.
        recorder: keeps the evidence.
        places: how many connections there may be.
        allow_unencrypted: whether signing in over a line in clear was explicitly permitted.
        observe: look at the certificate only: accept any, and stop right after the handshake.
    """

    wire: Wire | None = None

    def __init__(
        self,
        candidate: ServerCandidate,
        network: Network,
        recorder: Recorder,
        places: Places,
        *,
        allow_unencrypted: bool = False,
        observe: bool = False,
    ) -> None:
        self.candidate = candidate
        self.network = network
        self.recorder = recorder
        self.places = places
        self.allow_unencrypted = allow_unencrypted
        self._observe = observe
        self._pin = dict(network.pins).get(str(candidate.endpoint))
        self._encrypted = False
        self._place: Place | None = None
        self._deadline = now() + OPEN_S

    @abstractmethod
    async def open(self) -> None:
        """Connects, encrypts and reads the greeting and what the server offers."""

    async def sign_in(self, credentials: Credentials) -> str:
        """Signs in with one attempt, by the best method that both sides know; that method."""
        self._deadline = now() + SIGN_IN_S
        with self.stage(Stage.AUTH) as facts:
            facts.detail["username"] = credentials.username
            facts.detail["mechanisms"] = " ".join(self.offered) or None
            if not self._encrypted and not self.allow_unencrypted:
                raise StageFailed(Stage.AUTH, ErrorKind.UNENCRYPTED)
            check(credentials)
            method = self._method(credentials)
            self.recorder.sign_in_attempts += 1
            accepted, reply = await self._authenticate(method, credentials)
            if not accepted:
                raise StageFailed(Stage.AUTH, ErrorKind.REPLY, reply=reply, detail={"method": method.value})
            facts.detail["method"] = method.value
            facts.reply = reply
            self.recorder.auth = method.value
            return method.value

    @abstractmethod
    def _method(self, credentials: Credentials) -> AuthMethod:
        """How these credentials are best sent; raises StageFailed when the server takes none of the ways we know."""

    @abstractmethod
    async def _authenticate(self, method: AuthMethod, credentials: Credentials) -> tuple[bool, Reply]:
        """Whether the server said yes, in the words of its protocol and no others (T11), and its reply."""

    @property
    @abstractmethod
    def offered(self) -> tuple[str, ...]:
        """The methods of signing in that the server announced (SASL names)."""

    @abstractmethod
    async def close(self) -> None:
        """Says goodbye without waiting long, and frees the socket."""

    @abstractmethod
    def _new_wire(self) -> Wire:
        """A fresh protocol object for one connection."""

    def abort(self) -> None:
        """Frees the socket at once, and its place."""
        if self.wire is not None:
            self.wire.abort()
        self._give_back_place()

    def _give_back_place(self) -> None:
        if self._place is not None:
            self._place.give_back()

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[StageFacts]:
        """A stage under the probe's deadline."""
        with self.recorder.stage(stage) as facts, Deadline(self._deadline):
            yield facts

    @contextmanager
    def bounded(self, stage: Stage) -> Iterator[None]:
        """Like a stage, for what is done many times over: same deadline, same StageFailed, nothing recorded."""
        try:
            with Deadline(self._deadline):
                yield
        except StageFailed:
            raise
        except Exception as error:
            raise failure_from(error, stage) from error

    async def connect(self) -> None:
        """Finds the name, connects, and encrypts when the line is encrypted from the start."""
        if self.network.trusted and self._pin is None and not self._observe:
            seen = await self._look()
            self._pin = seen.sha256 if seen is not None and seen.sha256 in self.network.trusted else None
        loop = asyncio.get_running_loop()
        await self._take_place()
        self._deadline = now() + OPEN_S
        dialed = await self._dial()
        wire = self._new_wire()
        self.wire = wire
        try:
            await loop.create_connection(lambda: cast(asyncio.Protocol, wire), sock=dialed.sock)
        except BaseException:
            dialed.sock.close()
            raise
        if self.candidate.security is Security.TLS:
            await self.encrypt()

    async def _take_place(self) -> None:
        self._give_back_place()
        self._place = await self.places.take(self.candidate.host)

    async def _dial(self) -> Dialed:
        """A connected socket that has its place."""
        try:
            return await self._dial_in_place()
        except BaseException:
            self._give_back_place()
            raise

    async def _dial_in_place(self) -> Dialed:
        loop = asyncio.get_running_loop()
        recorder, host, port = self.recorder, self.candidate.host, self.candidate.port
        started = loop.time()
        found_s: float | None = None

        def on_found(seconds: float) -> None:
            nonlocal found_s
            found_s = seconds
            recorder.passed(Stage.DNS, seconds)
            recorder.begin(Stage.CONNECT)

        recorder.begin(Stage.DNS)
        suspicion = loop.call_later(SUSPECT_S, lambda: recorder.hint(Stage.CONNECT, suspected_blocked=True))
        half_open = loop.call_later(HALF_OPEN_S, self._give_back_place)
        try:
            with within(CONNECT_S):
                given = _is_meant(self.candidate)
                dialed = await self.network.dialer.dial(host, port, given=given, on_found=on_found)
                if self._place is None or not self._place.is_held:
                    dialed = await self._in_a_place(dialed, given)
        except DialFailed as failure:
            if failure.stage_is_dns:
                self.places.not_needed()
            stage = Stage.DNS if failure.stage_is_dns else Stage.CONNECT
            failed = StageFailed(stage, failure.kind, detail={"addresses": ", ".join(failure.addresses) or None})
            recorder.failed(failed, loop.time() - started - (found_s or 0.0))
            raise failed from failure
        except TimeoutError as error:
            kind = ErrorKind.DNS_UNAVAILABLE if found_s is None else ErrorKind.CONNECTION_TIMED_OUT
            failed = StageFailed(Stage.DNS if found_s is None else Stage.CONNECT, kind)
            recorder.failed(failed, loop.time() - started - (found_s or 0.0))
            raise failed from error
        finally:
            suspicion.cancel()
            half_open.cancel()
        if found_s is None:
            recorder.passed(Stage.DNS, dialed.dns_s)
        local = dialed.sock.getsockname()[0]
        recorder.passed(
            Stage.CONNECT, dialed.connect_s, address=dialed.address, local=local, ipv6_failed=dialed.ipv6_failed
        )
        return dialed

    async def _in_a_place(self, dialed: Dialed, given: bool) -> Dialed:
        """A connection whose place was given back while it was slow: kept where there is room, else made anew later."""
        is_full = self.places.is_full(self.candidate.host)
        if is_full:
            dialed.sock.close()
        await self._take_place()
        if is_full:
            return await self.network.dialer.dial(self.candidate.host, self.candidate.port, given=given)
        return dialed

    async def encrypt(self, ask: Callable[[], Awaitable[None]] | None = None) -> None:
        """The TLS stage: handshake, certificate and version; looks at a refused certificate through a second line.

        `ask` sends STARTTLS or STLS first, and raises StageFailed when the server will not.
        """
        wire = self.wire
        if wire is None:
            raise ConnectionResetError("not connected")
        with self.stage(Stage.TLS) as facts:
            if ask is not None:
                await ask()
            try:
                await wire.encrypt(self._context(), self.candidate.host, self._pin)
            except ssl.SSLCertVerificationError as error:
                self.abort()
                if not self.network.trust.has_roots:
                    raise StageFailed(Stage.TLS, ErrorKind.NO_TRUST_STORE) from error  # says nothing of the certificate
                seen = await self._look()
                certificate = replace(seen, problem=certificate_problem(error, seen)) if seen is not None else None
                raise StageFailed(Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=certificate) from error
            except (ssl.SSLError, OSError, InjectedBeforeTls) as error:
                if self.candidate.security is Security.TLS:
                    await self._say_what_answered(error)
                raise
            self._encrypted = True
            if wire.transport is not None:
                facts.certificate = certificate_facts(wire.transport)
                facts.detail |= line_facts(wire.transport)

    def _context(self) -> ssl.SSLContext:
        trust = self.network.trust
        return trust.observing() if self._observe or self._pin is not None else trust.verifying()

    async def _say_what_answered(self, error: Exception) -> None:
        """Raises what speaks in clear on a line that should be encrypted from the start; returns when nothing does."""
        words = self.wire.first_bytes if self.wire is not None else b""
        if not words and answered_in_clear(error) and not self._observe:
            self.abort()
            words = await self._first_words_in_clear()
        if not words:
            return
        speaks = what_speaks(words)
        if speaks != "tls":
            kind = ErrorKind.NOT_MAIL if speaks in {"http", "ssh", "ftp"} else ErrorKind.PLAINTEXT_WHERE_TLS
            raise StageFailed(Stage.TLS, kind, detail={"speaks": speaks}) from error

    async def _first_words_in_clear(self) -> bytes:
        """What the server says through a line of its own: unasked, or else to an empty request, as web servers do."""
        loop = asyncio.get_running_loop()
        given = _is_meant(self.candidate)
        try:
            with within(WORDS_S):
                await self._take_place()
                dialed = await self.network.dialer.dial(self.candidate.host, self.candidate.port, given=given)
                with dialed.sock:
                    with contextlib.suppress(TimeoutError), within(WORDS_S / 2):
                        return await loop.sock_recv(dialed.sock, 256)
                    await loop.sock_sendall(dialed.sock, b"\r\n\r\n")
                    return await loop.sock_recv(dialed.sock, 256)
        except (DialFailed, OSError):  # TimeoutError is one of them
            return b""
        finally:
            self._give_back_place()

    async def _look(self) -> CertificateFacts | None:
        """The certificate the server shows, seen through a line of its own that ends right after the handshake."""
        quiet = Recorder(self.candidate, self.recorder.clock, nobody, self.recorder.redact)
        look = type(self)(self.candidate, self.network, quiet, self.places, observe=True)
        try:
            with within(PEEK_S):
                await look.open()
        except (StageFailed, TimeoutError):
            pass
        finally:
            look.abort()
        seen = quiet.report().last(Stage.TLS)
        return seen.certificate if seen is not None else None

    async def answers_tls(self) -> bool:
        """Whether the port that was silent in clear completes a TLS handshake; nothing is sent through it."""
        quiet = Recorder(self.candidate, self.recorder.clock, nobody, self.recorder.redact)
        as_tls = replace(self.candidate, security=Security.TLS)
        look = type(self)(as_tls, self.network, quiet, self.places, observe=True)
        try:
            with within(PEEK_S):
                await look.connect()
        except (StageFailed, TimeoutError):
            return False
        finally:
            look.abort()
        return True

    async def first_words(self, read: Callable[[], Coroutine[None, None, bytes]]) -> bytes:
        """What `read` hears first; when it stays silent, StageFailed says whether TLS or another service is why."""
        if (self._encrypted or self._observe) and self.candidate.port not in HTTP_PORTS:
            return await read()  # nothing else could be the matter: TLS was spoken, or is not to be waited for
        words = asyncio.ensure_future(read())
        try:
            done, _ = await asyncio.wait({words}, timeout=PEEK_AFTER_S)
            if done:
                return words.result()
            if self.candidate.port in HTTP_PORTS:
                raise StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, detail={"speaks": "http"})
            if self._encrypted or self._observe:
                return await words
            alone = self.places.is_full(self.candidate.host)
            if alone:
                self.abort()  # there is no room for a second line beside the silent one
            if await self.answers_tls():
                raise StageFailed(Stage.TLS, ErrorKind.TLS_WHERE_PLAINTEXT)
            if not alone:
                return await words
        finally:
            words.cancel()
            await asyncio.gather(words, return_exceptions=True)
        await self.connect()
        return await read()


def _is_meant(candidate: ServerCandidate) -> bool:
    """Whether an address on this computer or its line is what was meant: the person typed it, or a preset states it."""
    if candidate.source is Source.GIVEN:
        return True
    # Proton's Bridge listens on 127.0.0.1. A preset's *name* that DNS turns into such an address is still refused.
    return candidate.source in (Source.PRESET, Source.PACK) and candidate.host.replace(".", "").isdigit()
