"""When a network that was not there is: by the check's own servers, and by no one else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.lab.stage import imap, smtp, stage
from wizard.model.account import CheckResult, Verdict
from wizard.model.evidence import ErrorKind
from wizard.net.dial import Dialed, DialFailed
from wizard.setup import network_return
from wizard.setup.network_return import found_no_network, wait_for_network

ADA = "ada@example.org"


async def checked(*, no_route: bool) -> CheckResult:
    servers = (smtp("smtp.example.org", no_route=no_route), imap("imap.example.org", no_route=no_route))
    async with stage(ADA, *servers) as on_stage:
        return await on_stage.check()


class Line:
    """A line that answers so, one dial after the other; the sockets it gave are `given`."""

    def __init__(self, *answers: ErrorKind | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.given: list[socket.socket] = []
        self.was_asked = asyncio.Event()

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        self.asked.append(f"{host}:{port}")
        self.was_asked.set()
        kind = self.answers.pop(0)
        if kind is not None:
            raise DialFailed(kind)
        self.given.append(socket.socket())
        return Dialed(self.given[-1], "192.0.2.1", 0.0, 0.0)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_return, "ASK_AGAIN_S", 0.0)


async def test_only_a_check_that_reached_nothing_waits() -> None:
    lost = await checked(no_route=True)
    assert found_no_network(lost)
    assert not found_no_network(replace(lost, verdict=Verdict.UNDECIDED))
    assert not found_no_network(await checked(no_route=False))
    one_side = (smtp("smtp.example.org", no_route=True), imap("imap.example.org"))
    async with stage(ADA, *one_side) as on_stage:
        assert not found_no_network(await on_stage.check())


@pytest.mark.parametrize("back", [None, ErrorKind.CONNECTION_REFUSED, ErrorKind.NAME_NOT_FOUND])
async def test_whatever_answers_is_a_network(back: ErrorKind | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_return, "has_route", lambda: True)
    lost = await checked(no_route=True)
    line = Line(ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE, ErrorKind.CONNECTION_TIMED_OUT, back)
    await wait_for_network(line, lost)
    assert line.answers == []
    assert set(line.asked) == {"imap.example.org:993", "smtp.example.org:465"}, "nor are guesses tried meanwhile"
    assert all(sock.fileno() == -1 for sock in line.given), "what was opened to ask is closed"


async def test_a_name_that_is_not_there_is_no_network_where_there_is_no_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_return, "has_route", lambda: False)
    line = Line(ErrorKind.NAME_NOT_FOUND, ErrorKind.NAME_NOT_FOUND, None)
    await wait_for_network(line, await checked(no_route=True))
    assert line.answers == []


async def test_the_wait_is_given_up_by_whoever_waits() -> None:
    lost = await checked(no_route=True)
    line = Line(*[ErrorKind.NETWORK_UNREACHABLE] * 10_000)
    waiting = asyncio.ensure_future(wait_for_network(line, lost))
    await line.was_asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
