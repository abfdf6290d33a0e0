"""Candidates raced: the best that answers wins, and nobody waits for a dead end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import Mail, Names, candidate, tls_server, until
from tests.setup.accounts import FarAway
from tests.timing import assert_ended_by
from wizard.model.evidence import ErrorKind, ProbeReport
from wizard.model.progress import Progress
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.look_up import STAGGER_S
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.engine import Prober
from wizard.probe.permits import PER_HOST, PER_RUN, Permits
from wizard.probe.race import GRACE_S, Race


@pytest.fixture
def prober(authority: Authority) -> Prober:
    return Prober(Network(SystemDialer(Names(), lab=True), Trust((authority.ca_file,))), Redactor((), ()))


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port that swallows every SYN: its queue is full and nobody empties it."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def at_port(port: int) -> ServerCandidate:
    return ServerCandidate(Protocol.IMAP, "127.0.0.1", port, Security.TLS, "ada", Source.GIVEN, trusted=True)


async def test_a_prompt_first_choice_is_alone(
    prober: Prober, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.race.STAGGER_S", 60.0)  # so that no busy computer takes longer to the first
    first, second = Mail(Protocol.IMAP), Mail(Protocol.IMAP)
    async with (
        tls_server(first, certificate, Security.TLS) as one,
        tls_server(second, certificate, Security.TLS) as two,
    ):
        targets = [candidate(server, Protocol.IMAP, Security.TLS) for server in (one, two)]
        result = await Race(prober, targets).run()
        assert result.winner is not None
        assert result.winner.candidate == targets[0]
        assert two.conversations == []  # it was not even started
        prober.abort()


async def test_what_the_names_took_is_a_part_of_the_lead(
    prober: Prober, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that were looked up beforehand have their servers as close behind each other as others have."""
    monkeypatch.setattr("wizard.probe.race.STAGGER_S", 60.0)
    with black_hole() as silent:
        async with tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as server, asyncio.timeout(30):
            good = candidate(server, Protocol.IMAP, Security.TLS)
            result = await Race(prober, [at_port(silent), good, at_port(silent)], asked_s=60.0).run()
            prober.abort()
    assert result.winner is not None
    assert result.winner.candidate == good
    assert len(result.lanes) == 2  # the third waits for its turn


async def test_a_better_rank_wins_within_the_grace(prober: Prober, certificate: Issued) -> None:
    slow = asyncio.Event()

    async def wait(talk: Talk, line: bytes) -> bool:
        await slow.wait()
        return True

    async def release(talk: Talk, line: bytes) -> bool:
        slow.set()  # the second is opening: the first follows it closely
        return True

    async with (
        tls_server(Mail(Protocol.IMAP, greeting=wait), certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.IMAP, hello=release), certificate, Security.TLS) as two,
    ):
        targets = [candidate(server, Protocol.IMAP, Security.TLS) for server in (one, two)]
        result = await Race(prober, targets).run()
        assert result.winner is not None
        assert result.winner.candidate == targets[0]
        prober.abort()
        await prober.close()


async def test_a_worse_rank_wins_after_the_grace(prober: Prober, certificate: Issued) -> None:
    async def never(talk: Talk, line: bytes) -> None:
        await asyncio.Event().wait()

    async with (
        tls_server(Mail(Protocol.IMAP, greeting=never), certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as two,
    ):
        targets = [candidate(server, Protocol.IMAP, Security.TLS) for server in (one, two)]
        started = time.monotonic()
        result = await Race(prober, targets).run()
        seconds = time.monotonic() - started
        assert result.winner is not None
        assert result.winner.candidate == targets[1]
        assert seconds >= STAGGER_S + GRACE_S
        prober.abort()


async def test_a_blocked_port_is_suspected_and_another_tried(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.connector.SUSPECT_S", 0.3)
    # Later than what is told: on this very computer the other one answers, and has won, within two milliseconds.
    monkeypatch.setattr("wizard.probe.race.SUSPECT_S", 0.4)
    told: list[Progress] = []
    network = Network(SystemDialer(Names(), lab=True), Trust((authority.ca_file,)))
    prober = Prober(network, Redactor((), ()), listener=told.append)
    with black_hole() as port:
        async with tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as server:
            spare = candidate(server, Protocol.IMAP, Security.TLS)
            seen: list[tuple[ProbeReport, ...]] = []

            async def spares(reports: tuple[ProbeReport, ...]) -> list[ServerCandidate]:
                seen.append(reports)
                return [spare]

            result = await Race(prober, [at_port(port)], spares).run()
            prober.abort()
    assert result.winner is not None
    assert result.winner.candidate == spare
    assert len(seen) == 1
    assert any(progress.detail.get("suspected_blocked") for progress in told)
    blocked = result.lanes[0].report.failure
    assert blocked is not None
    assert blocked.error is ErrorKind.CONNECTION_TIMED_OUT


async def test_a_race_is_held_up_while_its_first_choice_is_silent_and_no_other_is_open(
    prober: Prober, certificate: Issued
) -> None:
    seen: list[float] = []

    async def greet(talk: Talk, line: bytes) -> bool:
        seen.append(race.held_up_s)
        return True

    with black_hole() as silent:
        async with tls_server(Mail(Protocol.IMAP, greeting=greet), certificate, Security.TLS) as server:
            race = Race(prober, [at_port(silent), candidate(server, Protocol.IMAP, Security.TLS)])
            assert race.held_up_s == 0.0  # not begun
            await race.run()
            prober.abort()
    assert seen[0] > 0.0
    assert race.held_up_s == 0.0


async def test_nothing_answers(prober: Prober) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = await Race(prober, [at_port(port)]).run()
    assert result.winner is None
    assert [report.failure.error for report in result.reports if report.failure] == [ErrorKind.CONNECTION_REFUSED]


async def test_a_refused_first_choice_makes_room_for_several_at_once(
    prober: Prober, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.race.STAGGER_S", 60.0)
    with socket.create_server(("127.0.0.1", 0)) as closed, black_hole() as one, black_hole() as two:
        ports = [closed.getsockname()[1], one, two]
        dead = [replace(at_port(port), host=f"{port}.example.org") for port in ports]
        closed.close()
        async with tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as server, asyncio.timeout(5):
            good = candidate(server, Protocol.IMAP, Security.TLS)
            result = await Race(prober, [*dead, good]).run()
            prober.abort()
    assert result.winner is not None
    assert result.winner.candidate == good


async def test_a_cancelled_race_frees_every_socket(prober: Prober, certificate: Issued) -> None:
    begun: list[Talk] = []

    async def never(talk: Talk, line: bytes) -> None:
        begun.append(talk)
        if len(begun) == 2:
            both.set()
        await asyncio.Event().wait()

    both = asyncio.Event()
    mail = Mail(Protocol.IMAP, greeting=never)
    async with tls_server(mail, certificate, Security.TLS) as one, tls_server(mail, certificate, Security.TLS) as two:
        targets = [candidate(server, Protocol.IMAP, Security.TLS) for server in (one, two)]
        task = asyncio.ensure_future(Race(prober, targets).run())
        await both.wait()
        started = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert_ended_by(started, 0.5)


async def test_a_run_stops_trying_at_twenty_four_connections(prober: Prober) -> None:
    async def busy(talk: Talk) -> None:
        await talk.send(b"* BYE busy")

    async with ScriptedServer(busy) as server:
        first = replace(at_port(server.port), security=Security.NONE)
        many = [
            ServerCandidate(Protocol.IMAP, f"{number}.example.org", server.port, Security.NONE, "a", Source.GIVEN, True)
            for number in range(60)
        ]

        async def spares(reports: tuple[ProbeReport, ...]) -> list[ServerCandidate]:
            return many

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("wizard.probe.race.STAGGER_S", 0.0)
            result = await Race(prober, [first], spares).run()
        assert result.winner is None
        assert len(server.conversations) <= PER_RUN


HALF_OPEN_S = 0.02


async def test_a_port_that_answered_is_not_overtaken_while_it_waits_for_room(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One computer sends and receives, and sending has both connections: IMAP comes before POP3 all the same."""
    monkeypatch.setattr("wizard.probe.connector.HALF_OPEN_S", HALF_OPEN_S)
    queued = asyncio.Event()

    async def late(talk: Talk, line: bytes) -> bool:
        await queued.wait()
        return True

    dialer = FarAway(10 * HALF_OPEN_S)
    prober = Prober(Network(dialer, Trust((authority.ca_file,))), Redactor((), ()))
    imap, pop3 = Mail(Protocol.IMAP), Mail(Protocol.POP3)
    async with contextlib.AsyncExitStack() as running:
        first, second, better, worse = [
            await running.enter_async_context(tls_server(mail, certificate, Security.TLS))
            for mail in (Mail(Protocol.SMTP, greeting=late), Mail(Protocol.SMTP, greeting=late), imap, pop3)
        ]
        sending = [candidate(server, Protocol.SMTP, Security.TLS) for server in (first, second)]
        receiving = [
            candidate(better, Protocol.IMAP, Security.TLS),
            candidate(better, Protocol.IMAP, Security.TLS, username="ada"),
            candidate(worse, Protocol.POP3, Security.TLS),
        ]
        dialer.ports = {one.port for one in receiving}
        race = Race(prober, receiving)
        races = [asyncio.ensure_future(race.run())]
        await until(lambda: len(race.lanes) == len(receiving), 60)  # IMAP has both permits, and POP3 waits for one
        races.append(asyncio.ensure_future(Race(prober, sending).run()))
        await until(lambda: bool(first.conversations and second.conversations), 60)
        dialer.there.set()
        await until(lambda: all(lane.is_connected for lane in race.lanes[:2]), 60)
        queued.set()
        received, sent = await asyncio.gather(*races)
        for result in (received, sent):
            if result.winner is not None:
                prober.part(result.winner.conversation)
        await prober.close()
    assert received.winner is not None
    assert received.winner.candidate.protocol is Protocol.IMAP


async def test_who_had_a_permit_before_comes_before_all_others() -> None:
    permits = Permits()
    held = [await permits.take("one.example.org") for _ in range(PER_HOST)]
    order: list[str] = []

    async def take(name: str, again: bool) -> None:
        permit = await permits.take("one.example.org", again=again)
        order.append(name)
        permit.give_back()

    takers = [asyncio.ensure_future(take(*one)) for one in (("new", False), ("back", True), ("back too", True))]
    await asyncio.sleep(0)
    held[0].give_back()
    await asyncio.gather(*takers)
    assert order == ["back", "back too", "new"]
    assert not permits.is_full("one.example.org")


async def test_whoever_gave_room_back_while_it_was_slow_comes_before_all_who_came_later() -> None:
    permits = Permits()
    held = [await permits.take("mail.example.org") for _ in range(PER_HOST)]
    newcomer = asyncio.ensure_future(permits.take("mail.example.org"))
    returning = asyncio.ensure_future(permits.take("mail.example.org", again=True))
    await asyncio.sleep(0)
    held[0].give_back()
    (first,), waiting = await asyncio.wait([newcomer, returning], return_when=asyncio.FIRST_COMPLETED)
    assert first is returning
    assert waiting == {newcomer}
    held[1].give_back()
    await newcomer


async def test_no_third_is_tried_while_one_that_let_us_in_goes_on_answering(
    prober: Prober, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.race.GRACE_S", 60.0)

    async def slowly(talk: Talk, line: bytes) -> bool:
        await asyncio.sleep(4 * STAGGER_S)
        return True

    with black_hole() as silent:
        async with (
            tls_server(Mail(Protocol.IMAP, greeting=slowly), certificate, Security.TLS) as second,
            tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as third,
            asyncio.timeout(30),
        ):
            good = [candidate(server, Protocol.IMAP, Security.TLS) for server in (second, third)]
            elsewhere = replace(at_port(silent), host="mail.example.org")  # a host has two connections at once
            result = await Race(prober, [elsewhere, *good]).run()
            prober.abort()
            assert third.conversations == []
    assert result.winner is not None
    assert result.winner.candidate == good[0]


async def test_a_third_is_tried_where_two_that_let_us_in_fall_silent(prober: Prober, certificate: Issued) -> None:
    async def never(talk: Talk, line: bytes) -> None:
        await asyncio.Event().wait()

    async with (
        tls_server(Mail(Protocol.IMAP, greeting=never), certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.IMAP, greeting=never), certificate, Security.TLS) as two,
        tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as three,
        asyncio.timeout(30),
    ):
        targets = [candidate(server, Protocol.IMAP, Security.TLS) for server in (one, two, three)]
        result = await Race(prober, targets).run()
        prober.abort()
    assert result.winner is not None
    assert result.winner.candidate == targets[2]
