"""A session against scripted servers, with the real catalogue of causes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tests.lab.certificates import Authority
from tests.probe.talk import PASSWORD, USER, Names
from wizard import wiring
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.progress import Listener, nobody
from wizard.model.secret import Secret
from wizard.model.server import Protocol, ServerCandidate
from wizard.net.dial import Dialer, SystemDialer
from wizard.net.tls import Trust
from wizard.setup.context import Services
from wizard.setup.options import Options
from wizard.setup.session import SetupSession


class Known:
    """Finds what it was told."""

    def __init__(self, *candidates: ServerCandidate) -> None:
        self.candidates = candidates
        self.asked = 0

    async def plan(
        self,
        address: Address,
        *,
        offline: bool = False,
        ask_nobody: bool = False,
        incoming_protocol: Protocol | None = None,
        repair: bool = False,
        enough: asyncio.Event | None = None,
        listener: Listener = nobody,
    ) -> Plan:
        self.asked += 1
        return Plan(address, self.candidates)


def new_session(
    authority: Authority,
    *found: ServerCandidate,
    options: Options | None = None,
    dialer: Dialer | None = None,
    known_hosts: Sequence[str] = (),
    planner: Known | None = None,
) -> SetupSession:
    """A session in which every name is this computer and the tests' authority is trusted."""
    names = Names()
    services = Services(
        resolver=names,
        dialer=dialer or SystemDialer(names, lab=True),
        trust=Trust((authority.ca_file,)),
        planner=planner or Known(*found),
        diagnoser=wiring.diagnoser,
        provider_of_host=lambda host: None,
        known_hosts=lambda: known_hosts,
    )
    return SetupSession(services, options)


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
