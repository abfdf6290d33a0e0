"""Names: addresses through the system, other records through its name servers, or all through one given server."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import socket
from _thread import start_new_thread
from collections.abc import Callable, Coroutine, Hashable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from typing import Protocol as Interface

from msgspec import Struct

from wizard.errors import DnsUnavailable, NameNotFound
from wizard.imports import imported
from wizard.language import tr
from wizard.model.host import is_localhost
from wizard.net.look_up import Found, look_up
from wizard.net.patience import within
from wizard.net.reach import IPAddress
from wizard.net.shared import Shared

T = TypeVar("T")

WHAT_ASKS = ("dns.asyncresolver", "dns.exception", "dns.resolver")  # for records other than addresses
RECORD_TIMEOUT_S = 4.0
GIVE_WAY_S = 0.001  # to the threads that look up addresses: servers wait for those, and records take a while to ask for
AT_ONCE = 128  # a name server's socket holds some 270 questions; more are lost
SLOW_S = 0.5  # who is not answered by then makes room for the next, and asks again
ASK_AGAIN_S = (SLOW_S, 2.0)  # the system itself waits 5 s for a lost packet
# How getaddrinfo says that a name does not exist or has no address of the kind: POSIX's numbers, where the system has
# them, and Windows' own (WSAHOST_NOT_FOUND, WSANO_DATA), of which its Python names only the first.
_NO_ADDRESS = frozenset(
    {getattr(socket, name, socket.EAI_NONAME) for name in ("EAI_NODATA", "EAI_ADDRFAMILY")}
    | {socket.EAI_NONAME, 11001, 11004}
)
IDLE_S = 10.0  # so long a thread waits for another name to look up
KEPT_S = 5.0  # one check asks for the same few names again and again within a moment


class MxRecord(Struct, frozen=True):
    """A mail exchanger (RFC 5321 §5.1); `host` is lower-case without the final dot."""

    preference: int
    host: str


class SrvRecord(Struct, frozen=True):
    """A service's place (RFC 2782); `host` is lower-case without the final dot, empty for "not offered"."""

    priority: int
    weight: int
    port: int
    host: str


class Resolver(Interface):
    """Asks for names; every method raises NameNotFound or DnsUnavailable."""

    async def ipv4(self, host: str) -> tuple[IPAddress, ...]:
        """The A records' addresses."""

    async def ipv6(self, host: str) -> tuple[IPAddress, ...]:
        """The AAAA records' addresses."""

    async def mx(self, domain: str) -> tuple[MxRecord, ...]:
        """The mail exchangers, best first; a null MX (RFC 7505) is one record with an empty host."""

    async def srv(self, name: str) -> tuple[SrvRecord, ...]:
        """The service records, in order of priority and weight."""

    async def txt(self, name: str) -> tuple[str, ...]:
        """The text records."""

    async def ptr(self, address: IPAddress) -> tuple[str, ...]:
        """The names that an address has in reverse (PTR), lower-case without the final dot."""

    async def alias(self, host: str) -> str:
        """The name that the host is only another name of (CNAME), lower-case without the final dot."""

    async def exists(self, domain: str) -> bool:
        """Whether the domain exists at all; raises DnsUnavailable when nobody could say."""


class DnsResolver:
    """Asks name servers.

    Args:
        nameserver: host and port of the only server to ask, for addresses too; None asks the system for addresses
            (hosts file, VPN split DNS) and the system's configured servers for MX, SRV and TXT.
    """

    def __init__(self, nameserver: tuple[str, int] | None = None) -> None:
        self._nameserver = nameserver
        self._resolver: Any = None
        self._answers: Shared[Any] = Shared(KEPT_S)
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def is_lab(self) -> bool:
        """Whether the only server asked stands on this machine, so that loopback addresses are what it is for."""
        return self._nameserver is not None and ipaddress.ip_address(self._nameserver[0]).is_loopback

    async def ipv4(self, host: str) -> tuple[IPAddress, ...]:
        return await self._addresses(host, socket.AF_INET, "A")

    async def ipv6(self, host: str) -> tuple[IPAddress, ...]:
        return await self._addresses(host, socket.AF_INET6, "AAAA")

    async def mx(self, domain: str) -> tuple[MxRecord, ...]:
        answer = await self._query(domain, "MX")
        records = [MxRecord(record.preference, record.exchange.to_text().lower().strip(".")) for record in answer]
        return tuple(sorted(records, key=lambda record: record.preference))

    async def srv(self, name: str) -> tuple[SrvRecord, ...]:
        answer = await self._query(name, "SRV")
        records = [SrvRecord(r.priority, r.weight, r.port, r.target.to_text().lower().strip(".")) for r in answer]
        return tuple(sorted(records, key=lambda record: (record.priority, -record.weight)))

    async def txt(self, name: str) -> tuple[str, ...]:
        answer = await self._query(name, "TXT")
        return tuple(b"".join(item.strings).decode("utf-8", "replace") for item in answer)

    async def ptr(self, address: IPAddress) -> tuple[str, ...]:
        """The names of an address (RFC 1035 §3.5), lower-case without the final dot; raises as the others do."""
        answer = await self._query(address.reverse_pointer, "PTR")
        return tuple(record.target.to_text().lower().strip(".") for record in answer)

    async def alias(self, host: str) -> str:
        answer = await self._query(host, "CNAME")
        return str(answer[0].target.to_text().lower().strip("."))

    async def exists(self, domain: str) -> bool:
        import dns.resolver

        try:
            await self._query(domain, "NS")
        except NameNotFound as error:
            return not isinstance(error.__cause__, dns.resolver.NXDOMAIN)
        return True

    async def _addresses(self, host: str, family: socket.AddressFamily, record: str) -> tuple[IPAddress, ...]:
        if is_localhost(host):
            return (ipaddress.ip_address("127.0.0.1" if family is socket.AF_INET else "::1"),)
        literal = _literal(host)
        if literal is not None:
            if literal.version == (4 if family is socket.AF_INET else 6):
                return (literal,)
            raise NameNotFound(tr("{host} is an address of the other kind", host=host))
        if self._nameserver is not None:
            answer = await self._query(host, record)
            return tuple(ipaddress.ip_address(item.address) for item in answer)
        found: tuple[IPAddress, ...] = await self._kept((host, family), lambda: self._in_turn(host, family))
        return found

    async def _in_turn(self, host: str, family: socket.AddressFamily) -> tuple[IPAddress, ...] | NameNotFound:
        """What the system says, asked when there is room; who is slow to be answered makes room for the next."""
        await self._turns.acquire()
        turn = [self._turns]

        def end_turn() -> None:
            if turn:
                turn.pop().release()

        slow = asyncio.get_running_loop().call_later(SLOW_S, end_turn)
        try:
            return await _system_addresses(host, family)
        finally:
            slow.cancel()
            end_turn()

    async def _query(self, name: str, record: str) -> Any:
        return await self._kept((name, record), lambda: self._asked(name, record))

    async def _kept(self, question: Hashable, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What `ask` answers now, or did a moment ago."""
        answer = await self._answers.result(question, ask)
        if isinstance(answer, NameNotFound):  # an answer as well, and kept like one: most names have no AAAA record
            raise NameNotFound(str(answer)) from answer.__cause__
        return answer

    async def _asked(self, name: str, record: str) -> Any:
        """The records, or the NameNotFound that says there are none."""
        await asyncio.sleep(GIVE_WAY_S)
        await imported(*WHAT_ASKS)
        import dns.asyncresolver
        import dns.exception
        import dns.resolver

        try:
            if self._resolver is None:
                self._resolver = dns.asyncresolver.Resolver(configure=self._nameserver is None)
                if self._nameserver is not None:
                    host, port = self._nameserver
                    self._resolver.nameservers = [host]
                    self._resolver.port = port
                self._resolver.lifetime = math.inf  # counted here, without the time this program had no turn
                self._resolver.timeout = RECORD_TIMEOUT_S / 4  # a lost packet costs a second
                self._resolver.search = []
            with within(RECORD_TIMEOUT_S):
                return await self._resolver.resolve(name, record, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
            missing = NameNotFound(tr("{name} has no {record} record", name=name, record=record))
            missing.__cause__ = error
            return missing
        except (dns.exception.DNSException, TimeoutError) as error:
            raise DnsUnavailable(tr("no name server answered for {name}", name=name)) from error
        except (OSError, ValueError) as error:
            raise DnsUnavailable(tr("the name server could not be asked for {name}", name=name)) from error


def _literal(host: str) -> IPAddress | None:
    """The address that `host` is instead of a name."""
    if ":" not in host and not host[-1:].isdigit():  # nearly always; an exception costs ten times as much
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _system_addresses(host: str, family: socket.AddressFamily) -> tuple[IPAddress, ...] | NameNotFound:
    """The addresses, or the NameNotFound that says there are none."""

    def ask() -> Found | socket.gaierror | UnicodeError:
        try:
            return look_up(host, family)
        except (socket.gaierror, UnicodeError) as error:
            return error.with_traceback(None)  # its frames would hold it

    found = await _in_own_thread(ask)
    if isinstance(found, UnicodeError):
        return NameNotFound(tr("{host} is not a name", host=host))
    if isinstance(found, socket.gaierror):
        if found.errno in _NO_ADDRESS:
            return NameNotFound(tr("{host} has no address of this kind", host=host))
        raise DnsUnavailable(tr("the system could not resolve {host}", host=host)) from found
    addresses = dict.fromkeys(str(item[4][0]).partition("%")[0] for item in found)
    return tuple(ipaddress.ip_address(address) for address in addresses)


# Threads that wait for more to look up, each by what it is handed work in: a new one costs more than the look-up.
_idle: list[SimpleQueue[Callable[[], None]]] = []


def _begin(work: Callable[[], None]) -> None:
    try:
        waiting = _idle.pop()
    except IndexError:
        # Thread.start() waits for the thread to run: 400 at once held the loop for 18 s on a busy computer.
        start_new_thread(_work_on, (work,))
    else:
        waiting.put(work)


def _work_on(work: Callable[[], None]) -> None:
    """Does the work, and what is handed to this thread after it, until nothing is for a while."""
    mine: SimpleQueue[Callable[[], None]] = SimpleQueue()
    while True:
        work()
        _idle.append(mine)
        try:
            work = mine.get(timeout=IDLE_S)
        except Empty:
            try:
                _idle.remove(mine)
            except ValueError:  # somebody took it from there a moment ago, and hands over work
                work = mine.get()
            else:
                return


async def _in_own_thread(work: Callable[[], T]) -> T:
    # The system's resolver cannot be cancelled, and asyncio's default pool has cores + 4 threads: six dead names would
    # block every other look-up. A thread each never holds back another one, nor the end of the program.
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def finish(value: T | None, error: BaseException | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(value)  # type: ignore[arg-type]  # a value of T whenever there is no error

    def run() -> None:
        value: T | None = None
        failure: BaseException | None = None
        try:
            value = work()
        except Exception as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop was closed while the system was still looking
            loop.call_soon_threadsafe(finish, value, failure)

    _begin(run)
    again = [loop.call_later(seconds, _begin, run) for seconds in ASK_AGAIN_S]
    try:
        return await result
    finally:
        for timer in again:
            timer.cancel()
