"""A session against scripted servers, with the real catalogue of causes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.probe.talk import PASSWORD, USER, Mail, Names, candidate, tls_server
from wizard import wiring
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.plan import ALL_SOURCES, Plan, PlanOptions
from wizard.model.secret import Secret
from wizard.model.server import Security, ServerCandidate
from wizard.net.dial import Dialed, Dialer, SystemDialer
from wizard.net.tls import Trust
from wizard.setup.context import Services
from wizard.setup.options import Options
from wizard.setup.session import SetupSession


class Known:
    """Finds what it was told."""

    def __init__(self, *candidates: ServerCandidate) -> None:
        self.candidates = candidates
        self.asked = 0

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        self.asked += 1
        return Plan(address, self.candidates)


class FarAway(SystemDialer):
    """Connections to `ports` come only once `there` is set, and so many seconds after it."""

    def __init__(self, late_s: float = 0.0) -> None:
        super().__init__(Names(), lab=True)
        self.ports: set[int] = set()
        self.there = asyncio.Event()
        self._late_s = late_s

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        if port in self.ports:
            if on_found is not None:
                on_found(0.0)
            await self.there.wait()
            await asyncio.sleep(self._late_s)
        return await super().dial(host, port, given=given)


def new_session(
    authority: Authority,
    *found: ServerCandidate,
    options: Options | None = None,
    dialer: Dialer | None = None,
    known_hosts: Sequence[str] = (),
    planner: Known | None = None,
) -> SetupSession:
    """A session in which every name is this computer and the tests' authority is trusted."""
    known = services(authority, dialer=dialer, known_hosts=known_hosts, planner=planner or Known(*found))
    return SetupSession(known, options)


def services(
    authority: Authority,
    *,
    dialer: Dialer | None = None,
    known_hosts: Sequence[str] = (),
    planner: Known | None = None,
) -> Services:
    """The services of such a session."""
    names = Names()
    return Services(
        resolver=names,
        dialer=dialer or SystemDialer(names, lab=True),
        trust=Trust((authority.ca_file,)),
        planner=planner or Known(),
        diagnoser=wiring.diagnoser,
        provider_of_host=lambda host: None,
        known_hosts=lambda: known_hosts,
    )


def draft(
    incoming: ServerCandidate | None,
    outgoing: ServerCandidate | None,
    *,
    password: str = PASSWORD,
    address: str = USER,
) -> AccountDraft:
    """The account with these servers; a side that is None is not wanted."""
    return replace(
        AccountDraft(Address.parse(address), secret=Secret(password), incoming=incoming, outgoing=outgoing),
        wants_incoming=incoming is not None,
        wants_outgoing=outgoing is not None,
    )


async def checked(
    authority: Authority,
    certificate: Issued,
    *,
    receive: Mail | None = None,
    send: Mail | None = None,
    security: Security = Security.TLS,
    served: Security | None = None,
    test_message: bool = False,
    options: Options | None = None,
    deadline_s: float | None = None,
    password: str = PASSWORD,
) -> CheckResult:
    """A whole check of servers whose scripts are given, as the person's own settings.

    `served` is how the ports really are encrypted, where that is not what the settings say.

    With `test_message` a message to the account itself follows where the check went well, within `deadline_s`.
    """
    async with AsyncExitStack() as stack:
        sides: list[ServerCandidate | None] = []
        for mail in (receive, send):
            if mail is None:
                sides.append(None)
                continue
            server = await stack.enter_async_context(tls_server(mail, certificate, served or security))
            sides.append(candidate(server, mail.protocol, security))
        session = new_session(authority, options=options)
        result = await session.check(draft(*sides, password=password))
        if test_message and result.verdict is Verdict.WORKS:
            result = await session.send_test_message(result, deadline_s=deadline_s)
        await session.close()
        return result
