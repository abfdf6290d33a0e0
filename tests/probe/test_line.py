"""A line under more data than anybody reads."""

from __future__ import annotations

import asyncio

import pytest

from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import until
from wizard.probe.error_kinds import Oversized
from wizard.probe.line import MAX_BUFFER, MAX_LINE, Line

ROW = b"x" * 1022 + b"\r\n"


class Counted(Line):
    """Notes how much was ever held, and how often the server was told to wait and to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.most = max(self.most, len(self._buffer))


async def connected(server: ScriptedServer) -> Counted:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Counted, "127.0.0.1", server.port)
    return line


async def test_a_server_that_is_ahead_waits_until_it_is_read_and_loses_nothing() -> None:
    rows = 4000

    async def flood(talk: Talk) -> None:
        await talk.send_raw(ROW * rows)
        await talk.silence()

    async with ScriptedServer(flood) as server:
        line = await connected(server)
        transport = line.transport
        assert transport is not None
        await until(lambda: not transport.is_reading())
        for _ in range(rows):
            assert await line.readline() == ROW.rstrip(b"\r\n")
        assert transport.is_reading()
        assert line.most <= MAX_BUFFER + 256 * 1024  # one read of asyncio's may come on top
        line.abort()


async def test_a_literal_as_long_as_allowed_is_read_through_the_pause() -> None:
    async def literals(talk: Talk) -> None:
        await talk.send_raw(b"y" * MAX_BUFFER * 3)
        await talk.silence()

    async with ScriptedServer(literals) as server:
        line = await connected(server)
        for _ in range(3):
            assert await line.readexactly(MAX_BUFFER) == b"y" * MAX_BUFFER
        with pytest.raises(Oversized):
            await line.readexactly(MAX_BUFFER + 1)
        line.abort()


@pytest.mark.parametrize(("length", "fits"), [(MAX_LINE - 1, True), (MAX_LINE + 1, False)])
async def test_a_line_is_as_long_as_its_limit_and_no_longer(length: int, fits: bool) -> None:
    async def one(talk: Talk) -> None:
        await talk.send_raw(b"z" * length + b"\n")
        await talk.silence()

    async with ScriptedServer(one) as server:
        line = await connected(server)
        if fits:
            assert len(await line.readline()) == length
        else:
            with pytest.raises(Oversized):
                await line.readline()
        line.abort()
