"""Which side signs in first, and for whom nobody waits."""

from __future__ import annotations

import asyncio

import pytest

from wizard.setup.sign_in_order import BEGUN_S, NOTHING_TAUGHT, FirstSignIn, SignInOrder

TAUGHT = FirstSignIn(username="ada")


@pytest.mark.parametrize(("held_up_s", "waits"), [(0.0, True), (BEGUN_S / 2, True), (BEGUN_S, False), (9.0, False)])
async def test_a_server_that_has_let_nobody_connect_for_long_is_not_waited_for(held_up_s: float, waits: bool) -> None:
    order = SignInOrder()
    order.expect(lambda: held_up_s)
    hearing = asyncio.ensure_future(order.heard())
    await asyncio.sleep(0)
    assert hearing.done() is not waits
    order.begin()
    order.decide(TAUGHT)
    assert await hearing == (TAUGHT if waits else NOTHING_TAUGHT)


async def test_who_is_signing_in_already_is_waited_for_however_long_it_took_to_connect() -> None:
    order = SignInOrder()
    order.expect(lambda: 9.0)
    order.begin()
    hearing = asyncio.ensure_future(order.heard())
    await asyncio.sleep(0)
    order.decide(TAUGHT)
    assert await hearing == TAUGHT


async def test_who_was_refused_waits_even_for_who_was_held_up() -> None:
    order = SignInOrder()
    order.expect(lambda: 9.0)
    hearing = asyncio.ensure_future(order.heard(held_up_s=0.0))
    await asyncio.sleep(0)
    order.decide(TAUGHT)
    assert await hearing == TAUGHT
