"""What `SmtpWire` leans on inside aiosmtplib, which its makers have not promised to keep.

When one of these tests fails after an update: read `aiosmtplib/protocol.py` of the new version, look for what took the
part's place, and change `SmtpWire` in wizard/probe/smtp_wire.py; test_starttls.py and test_replies.py then show
whether words injected before TLS are still noticed (T03) and answers to commands sent together still told apart. Only
then raise the bound in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import inspect

import pytest
from aiosmtplib import protocol
from aiosmtplib.protocol import SMTPProtocol

# Each with what we use it for.
PARTS = {
    "_buffer": "bytes waiting at the switch to TLS, and answers that came before their turn",
    "_response_waiter": "whether an answer is awaited, and whether the server spoke before it was asked",
    "_response_pending": "whether an answer is awaited",
    "_over_ssl": "whether TLS is on, which we set after our own handshake",
}


@pytest.mark.parametrize("name", PARTS)
async def test_a_fresh_protocol_has_the_part(name: str) -> None:
    assert name in vars(SMTPProtocol(asyncio.get_running_loop())), PARTS[name]


def test_an_answer_can_be_read_from_the_buffer() -> None:
    assert list(inspect.signature(SMTPProtocol._read_response_from_buffer).parameters) == ["self"]


def test_a_reply_has_an_upper_bound() -> None:
    assert protocol.MAX_RESPONSE_LENGTH > 1024


async def test_what_comes_unasked_reaches_our_own_method() -> None:
    """A stream's bytes arrive through `data_received`, which `SmtpWire` overrides."""
    wire = SMTPProtocol(asyncio.get_running_loop())
    wire._response_waiter = asyncio.get_running_loop().create_future()
    wire._response_pending = True
    wire.data_received(b"220 ready\r\n")
    assert (await wire._response_waiter).code == 220
