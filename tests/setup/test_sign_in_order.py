"""Which side signs in first, and for whom nobody waits."""

from __future__ import annotations

import pytest

from wizard.setup.sign_in_order import BEGUN_S, NOTHING_TAUGHT, FirstSignIn, SignInOrder

TAUGHT = FirstSignIn(username="ada")


@pytest.mark.parametrize(
    ("held_up_s", "is_held_up"), [(0.0, False), (BEGUN_S / 2, False), (BEGUN_S, True), (9.0, True)]
)
async def test_who_has_let_nobody_connect_for_longer_than_one_waits_is_held_up(
    held_up_s: float, is_held_up: bool
) -> None:
    order = SignInOrder()
    assert not order.is_held_up, "nothing is known of it"
    order.expect(lambda: held_up_s)
    assert order.is_held_up is is_held_up


async def test_who_has_begun_is_held_up_no_more_and_heard() -> None:
    order = SignInOrder()
    order.expect(lambda: 9.0)
    order.begin()
    assert not order.is_held_up
    order.decide(TAUGHT)
    assert order.is_decided
    assert await order.heard() == TAUGHT


async def test_who_never_begins_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.setup.sign_in_order.BEGUN_S", 0.01)
    assert await SignInOrder().heard() == NOTHING_TAUGHT
