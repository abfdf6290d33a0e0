"""Answers to commands that were sent together are each read in their turn, however early they come."""

from __future__ import annotations

import asyncio

import pytest

from tests.lab.scripted import Conversation, ScriptedServer
from wizard.probe.smtp_wire import SmtpWire

ANSWERS = (b"250 2.1.0 one", b"550 5.1.1 two", b"250 2.0.0 three")


@pytest.mark.parametrize("at_once", [True, False], ids=["in one piece", "one by one"])
async def test_a_program_that_had_no_turn_misses_no_answer(at_once: bool) -> None:
    answered = asyncio.Event()

    async def script(client: Conversation) -> None:
        await client.send(b"220 ready")
        for _ in ANSWERS:
            await client.line()
        for answers in (ANSWERS,) if at_once else ((answer,) for answer in ANSWERS):
            await client.send(*answers)
            await asyncio.sleep(0.02)  # a piece of its own on the line
        answered.set()
        await client.silence()

    async with ScriptedServer(script) as server, asyncio.timeout(10):
        _, wire = await asyncio.get_running_loop().create_connection(SmtpWire, "127.0.0.1", server.port)
        try:
            assert (await wire.read_response()).code == 220
            wire.send_together([b"MAIL FROM:<ada@example.org>", b"RCPT TO:<bob@example.org>", b"RSET"])
            await answered.wait()
            read = [await wire.read_response() for _ in ANSWERS]
        finally:
            wire.abort()
    assert [f"{answer.code} {answer.message}".encode() for answer in read] == list(ANSWERS)
