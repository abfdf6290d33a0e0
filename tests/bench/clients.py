"""The clients we are compared with: the floor on raw sockets, smtplib, aiosmtplib, swaks; and ourselves."""

from __future__ import annotations

import asyncio
import base64
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from msgspec.structs import replace

from tests.bench.far_end import DOMAIN, PASSWORD
from tests.bench.way import Place, Way
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.evidence import Outcome, Stage
from wizard.model.progress import Listener, nobody
from wizard.model.secret import Secret
from wizard.model.server import Protocol
from wizard.setup.account_in_progress import AccountInProgress
from wizard.setup.given import given_draft
from wizard.setup.options import Options

USER = f"ada@{DOMAIN}"
OPTIONS = Options(accept_own_network=True)  # the far end's addresses are of a network of our own
RESPONSE = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the start to the answer to the sign-in, and to the end of what was asked."""

    sign_in_s: float
    whole_s: float


class RawLine:
    """The floor: blocking sockets, nothing said that need not be, answers acknowledged at once."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, *, tls: bool) -> None:
        self._host, self._context = host, context
        self._sock = socket.create_connection((host, port), timeout=30)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.encrypt()
        self._file = self._sock.makefile("rb")

    def encrypt(self) -> None:
        """TLS from here on."""
        self._sock = self._context.wrap_socket(self._sock, server_hostname=self._host)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._file = self._sock.makefile("rb")

    def ask(self, command: bytes = b"", until: bytes = b"", answers: int = 1) -> bytes:
        """The last line of the last answer: of SMTP's multi-line ones, or of IMAP's tagged `until`."""
        if command:
            self._sock.sendall(command + b"\r\n")
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        while True:
            line = self._file.readline()
            if not line:
                raise ConnectionResetError
            if line.startswith(until) if until else line[3:4] != b"-":
                answers -= 1
                if not answers:
                    return line

    def close(self) -> None:
        """Hangs up."""
        self._file.close()
        self._sock.close()


def raw_smtp(host: str, port: int, context: ssl.SSLContext) -> Took:
    """Sign-in and envelope as we do them, at the least cost there is."""
    began = time.perf_counter()
    line = RawLine(host, port, context, tls=port == 465)
    line.ask()
    line.ask(b"EHLO [127.0.0.1]")
    if port != 465:
        line.ask(b"STARTTLS")
        line.encrypt()
        line.ask(b"EHLO [127.0.0.1]")
    _expect(line.ask(b"AUTH PLAIN " + RESPONSE), b"235")
    signed_in = time.perf_counter()
    envelope = f"MAIL FROM:<{USER}>\r\nRCPT TO:<{USER}>\r\nRSET".encode()
    _expect(line.ask(envelope, answers=3), b"250")
    ended = time.perf_counter()
    line.close()
    return Took(signed_in - began, ended - began)


def raw_imap(host: str, port: int, context: ssl.SSLContext) -> Took:
    """Sign-in with an initial response, capabilities taken from the greeting."""
    began = time.perf_counter()
    line = RawLine(host, port, context, tls=True)
    line.ask(until=b"* OK")
    _expect(line.ask(b"A1 AUTHENTICATE PLAIN " + RESPONSE, until=b"A1"), b"A1 OK")
    ended = time.perf_counter()
    line.close()
    return Took(ended - began, ended - began)


def with_smtplib(host: str, port: int, context: ssl.SSLContext) -> Took:
    """The standard library, as its documentation shows it."""
    began = time.perf_counter()
    client = smtplib.SMTP_SSL(host, port, context=context) if port == 465 else smtplib.SMTP(host, port)
    if port != 465:
        client.starttls(context=context)
    client.login(USER, PASSWORD)
    ended = time.perf_counter()
    client.close()
    return Took(ended - began, ended - began)


async def with_aiosmtplib(host: str, port: int, context: ssl.SSLContext, user: str = USER) -> Took:
    """aiosmtplib, as its documentation shows it."""
    began = time.perf_counter()
    tls = port == 465
    client = aiosmtplib.SMTP(hostname=host, port=port, use_tls=tls, start_tls=not tls, tls_context=context)
    await client.connect()
    await client.login(user, PASSWORD)
    ended = time.perf_counter()
    client.close()
    return Took(ended - began, ended - began)


def with_swaks(place: Place, *, tls: bool, ca_file: Path) -> Took:
    """swaks, the start of the program included."""
    began = time.perf_counter()
    host, port = place
    subprocess.run(
        [
            "swaks", "--server", host, "--port", str(port), "--tls-on-connect" if tls else "--tls",
            "--tls-verify", "--tls-ca-path", str(ca_file), "--helo", "[127.0.0.1]", "--auth", "PLAIN",
            "--auth-user", USER, "--auth-password", PASSWORD, "--to", USER, "--quit-after", "AUTH", "--silent", "3",
        ],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ended = time.perf_counter()
    return Took(ended - began, ended - began)


async def our_check(
    way: Way,
    address: str = USER,
    *,
    outgoing: str | None = None,
    incoming: str | None = None,
    whole: bool = True,
    listener: Listener = nobody,
) -> CheckResult:
    """A check as `mailwright check` makes it, nothing kept from an earlier one; not `whole`: the given sides only."""
    draft = given_draft(Address.parse(address), outgoing=outgoing, incoming=incoming)
    draft = replace(
        draft,
        secret=Secret(PASSWORD),
        wants_incoming=whole or incoming is not None,
        wants_outgoing=whole or outgoing is not None,
    )
    async with way.sessions(OPTIONS) as new_session:
        return await new_session().check(draft, listener=listener)


async def our_press(
    way: Way, address: str = USER, *, typed_s: float | None = None, outgoing: str | None = None
) -> CheckResult:
    """A check as the window makes it: the servers are found while the password is typed, then the button is pressed.

    Args:
        way: how to get to the servers.
        address: whose account it is.
        typed_s: seconds that the password takes, while lines are opened; None: it was there at once, from a keyring.
        outgoing: the sending server as it is typed in the end, against what was found.
    """
    async with way.sessions(OPTIONS) as new_session:
        session = new_session()
        account = AccountInProgress().addressed(Address.parse(address))
        if typed_s is None:
            plan = await session.discover(Address.parse(address))
        else:
            plan = await session.prepare(Address.parse(address))
            await asyncio.sleep(typed_s)
        account = account.found(plan).with_secret(Secret(PASSWORD))
        if account.draft is None:
            raise RuntimeError("an address makes a draft")
        given = given_draft(Address.parse(address), outgoing=outgoing)
        draft = replace(account.draft, outgoing=given.outgoing, outgoing_others=given.outgoing_others)
        return await session.check(draft if outgoing else account.draft, plan=account.plan)


@asynccontextmanager
async def our_check_of(way: Way) -> AsyncIterator[Callable[[str, Listener], Awaitable[CheckResult]]]:
    """Checks of given sending servers that share roots and answers, as in bulk."""
    async with way.sessions(replace(OPTIONS, autofix=False)) as new_session:

        async def check(outgoing: str, listener: Listener) -> CheckResult:
            session = new_session()
            draft = given_draft(Address.parse(USER), outgoing=outgoing)
            draft = replace(draft, secret=Secret(PASSWORD), wants_incoming=False)
            result = await session.check(draft, listener=listener)
            await session.close()
            return result

        yield check


def took(result: CheckResult, protocol: Protocol) -> Took:
    """When the sign-in was answered and when the verdict was there; raises when there was no sign-in."""
    signed_in = next(
        item.t_s
        for item in result.timeline
        if item.stage is Stage.AUTH and item.outcome is Outcome.OK and item.protocol is protocol
    )
    return Took(signed_in, result.elapsed_s)


def _expect(line: bytes, start: bytes) -> None:
    if not line.startswith(start):
        raise RuntimeError(f"the server said {line!r}")
