"""The practice providers, looked up as the real ones are."""

from __future__ import annotations

import pytest

from wizard.practice.presets import PracticePresets
from wizard.practice.scenarios import Scenario


@pytest.fixture
def book(scenarios: tuple[Scenario, ...]) -> PracticePresets:
    return PracticePresets(tuple(scenario.provider for scenario in scenarios if scenario.provider is not None))


def test_finds_a_provider_by_domain_and_by_server(book: PracticePresets) -> None:
    by_domain = book.for_domain("app-password.example")
    assert by_domain is not None
    assert by_domain.id == "practice-app-password"
    assert book.for_host("imap.app-password.example") is by_domain
    assert book.get("practice-app-password") is by_domain


def test_knows_nobody_else(book: PracticePresets) -> None:
    assert book.for_domain("all-well.example") is None
    assert book.for_host("smtp.all-well.example") is None
    assert book.for_mx("mx.app-password.example") is None
    assert book.get("gmail") is None


def test_names_the_providers_servers(book: PracticePresets) -> None:
    hosts = set(book.hosts())
    assert {"post.wrong-port.example", "smtp.app-password.example"} <= hosts
    assert "smtp.all-well.example" not in hosts
