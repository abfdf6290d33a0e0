"""How a client gets to the far end: by the system's look-ups, or by a name server and ports of the relay's own."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dns.message
import dns.rdatatype
from msgspec.structs import replace

from wizard import wiring
from wizard.model.evidence import ErrorKind
from wizard.net.dial import Dialed, DialFailed, SystemDialer
from wizard.setup.options import Options
from wizard.setup.session import SetupSession
from wizard.wiring import Settings

Place = tuple[str, int]

AS_MANY_AS_THERE_ARE = 1_000_000  # sign-ins a minute: a table for one company is slowed down otherwise


@dataclass(frozen=True, slots=True)
class Way:
    """The way to the servers; it can be told to a child process.

    `nameserver` answers every look-up, None is the system's. `ports` says where a standard port really is: a user may
    not listen below 1024. `refusal_s` is what a refusal takes on a line.
    """

    ca_file: str
    nameserver: Place | None = None
    ports: Mapping[int, int] = field(default_factory=dict)
    refusal_s: float = 0.0

    @classmethod
    def told(cls, argument: str) -> Way:
        """The way that `argument` says."""
        said = json.loads(argument)
        where = said["nameserver"]
        ports = {int(port): real for port, real in said["ports"].items()}
        return cls(said["ca_file"], (where[0], where[1]) if where else None, ports, said["refusal_s"])

    @property
    def argument(self) -> str:
        """What tells a child process the way."""
        return json.dumps(asdict(self))

    @asynccontextmanager
    async def sessions(self, options: Options) -> AsyncIterator[Callable[[], SetupSession]]:
        """Makes sessions as `wiring.sessions` does, for servers at the end of this way."""
        if self.nameserver is None:
            settings = Settings(
                ca_files=(Path(self.ca_file),), options=options, per_host_per_minute=AS_MANY_AS_THERE_ARE
            )
            async with wiring.sessions(settings) as new_session:
                yield new_session
            return
        from wizard.discovery.planner import Planner
        from wizard.net.dns import DnsResolver
        from wizard.net.fetch import Fetcher
        from wizard.net.tls import Trust
        from wizard.setup.context import Services
        from wizard.setup.signin_budget import SignInBudget

        resolver = DnsResolver(self.nameserver)
        line = (resolver, _Dialer(resolver, self), Trust((Path(self.ca_file),)))
        known = wiring.presets()
        planner = Planner(resolver, Fetcher(*line[1:]), known)
        services = Services(*line, planner, wiring.diagnoser, known.for_host, known.hosts)
        made: list[SetupSession] = []

        def new() -> SetupSession:
            # A budget each: they stand for as many people as there are checks, at one mailbox of the far end.
            own = replace(services, budget=SignInBudget(per_host=AS_MANY_AS_THERE_ARE))
            made.append(SetupSession(own, options))
            return made[-1]

        try:
            yield new
        finally:
            for session in made:
                await session.close()

    @contextmanager
    def of_everybody(self) -> Iterator[None]:
        """Within the block the clients of other libraries take this way too: socket.getaddrinfo looks up here."""
        nameserver = self.nameserver
        if nameserver is None:
            yield
            return
        before = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            host = host.decode() if isinstance(host, bytes) else host
            try:
                ipaddress.ip_address(host)
            except ValueError:
                address, port = _address(str(host), nameserver), self.ports.get(port, port)
                return before(address, port, *args, **kwargs)
            return before(host, port, *args, **kwargs)

        socket.getaddrinfo = getaddrinfo
        try:
            yield
        finally:
            socket.getaddrinfo = before


class _Dialer:
    """Dials the ports that stand for the standard ones, and hears a refusal as late as a line would bring it.

    Only the first refusal of a place has to come over the line: SystemDialer knows later ones by itself.
    """

    def __init__(self, resolver: Any, way: Way) -> None:
        self._inner = SystemDialer(resolver, lab=True)
        self._way = way
        self._known_at: dict[tuple[tuple[str, ...], int], float] = {}

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        try:
            return await self._inner.dial(host, self._way.ports.get(port, port), given=given, on_found=on_found)
        except DialFailed as error:
            if error.kind is ErrorKind.CONNECTION_REFUSED:
                now = asyncio.get_running_loop().time()
                if now < self._known_at.setdefault((error.addresses, port), now + self._way.refusal_s):
                    await asyncio.sleep(self._way.refusal_s)
            raise


def _address(host: str, nameserver: Place) -> str:
    """The host's IPv4 address; AAAA is asked for at the same time and waited for, as the system's library does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.connect(nameserver)
        for kind in ("A", "AAAA"):
            asking.send(dns.message.make_query(host, kind).to_wire())
        answers = [dns.message.from_wire(asking.recv(4096)) for _ in range(2)]
    found = [one for answer in answers for records in answer.answer for one in records]
    address: str | None = next((record.to_text() for record in found if record.rdtype == dns.rdatatype.A), None)
    if address is None:
        raise socket.gaierror(socket.EAI_NONAME, f"{host} has no address")
    return address
