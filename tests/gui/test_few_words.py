"""The first two pages say each thing once: few words for every kind of account, whatever its provider wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.gui.samples import ARRIVED, WORKS
from tests.gui.test_actions import Idle, walk
from tests.gui.tour import MOST_WORDS, words_in_view
from wizard import wiring
from wizard.discovery.presets import candidates
from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.window import SIZE
from wizard.model.address import Address
from wizard.model.plan import NO_ANSWER, Asked, Plan
from wizard.model.provider import Provider
from wizard.model.server import Protocol, Security, ServerCandidate, Source

ADDRESS = Address.parse("ada@example.org")


@pytest.fixture
def wizard(qapp: QApplication) -> Iterator[Wizard]:
    """The window of somebody who keeps accounts, in the font that the sizes are drawn for."""
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(14)
    qapp.setFont(font)
    theme.current().follow_font()
    made = Wizard()
    made.window.resize(SIZE)
    made.add_other_steps()
    made.flow.attach(Idle())
    made.account.offer_saved_accounts(True)
    made.account.offer_last(Address.parse("ada@example.net"), None)
    made.window.show()
    made.account.name_field.set_text("Ada Example")
    yield made
    made.window.abandon()
    made.window.deleteLater()
    qapp.setFont(before)
    theme.current().follow_font()


def type_in(wizard: Wizard, plan: Plan) -> None:
    """The address and a password, and what is found meanwhile."""
    page = wizard.account
    page.address_field.set_text(str(plan.address))
    page.look_up()
    wizard.state.set_plan(plan)
    page.password_field.set_text("abcdefghijklmnop")
    page.password_field.set_shape_warning(None)
    QApplication.processEvents()
    QApplication.processEvents()


def asked(address: Address, answer: str = "found") -> tuple[Asked, ...]:
    """The domain and the community's database."""
    return (
        Asked(Source.AUTOCONFIG, f"autoconfig.{address.domain}", answer, 0.1),
        Asked(Source.ISPDB, "the database", answer, 0.1),
        Asked(Source.MX, f"MX of {address.domain}", answer, 0.1),
    )


def own(provider: Provider) -> Plan | None:
    """An address at the provider's own domain: nobody has to be asked."""
    domain = next((domain for domain in provider.domains if "*" not in domain), None)
    if domain is None:
        return None
    address = Address.parse(f"ada@{domain}")
    return Plan(
        address, candidates(provider, address), provider, asked=(Asked(Source.PRESET, provider.id, "found", 0),)
    )


def hosted(provider: Provider) -> Plan | None:
    """A domain that somebody has at the provider."""
    if not provider.servers and not provider.mx_suffixes:
        return None
    return Plan(ADDRESS, candidates(provider, ADDRESS), provider, asked=asked(ADDRESS))


@pytest.mark.slow
@pytest.mark.parametrize("by_browser", [False, True], ids=["typed", "browser"])
@pytest.mark.parametrize("kind", [own, hosted])
def test_what_a_provider_wants_is_said_in_few_words(
    wizard: Wizard, kind: Callable[[Provider], Plan | None], by_browser: bool
) -> None:
    providers = [each for each in wiring.presets().all() if not by_browser or each.oauth is not None]
    wizard.state.browser_providers = frozenset(each.id for each in providers) if by_browser else frozenset()
    counted: dict[str, int] = {}
    for provider in providers:
        plan = kind(provider)
        if plan is not None:
            type_in(wizard, plan)
            counted[provider.id] = words_in_view(wizard.window)
            assert wizard.account.scroll.verticalScrollBar().maximum() == 0, provider.id
    assert len(counted) > (5 if by_browser else 150)
    assert not {name: count for name, count in counted.items() if count > MOST_WORDS}


def found(source: Source, *, trusted: bool = True, answer: str = "found", host: str = "example.org") -> Plan:
    """Both servers, named by this source."""
    servers = tuple(
        ServerCandidate(protocol, f"{name}.{host}", port, Security.TLS, str(ADDRESS), source, trusted)
        for protocol, name, port in ((Protocol.IMAP, "imap", 993), (Protocol.SMTP, "smtp", 465))
    )
    return Plan(ADDRESS, servers, asked=asked(ADDRESS, answer))


KINDS = {
    "published": found(Source.AUTOCONFIG),
    "records": found(Source.SRV),
    "likely": found(Source.MX),
    "guessed": found(Source.GUESS),
    "nobody answers": found(Source.GUESS, answer=NO_ANSWER),
    "to agree to": found(Source.SRV, trusted=False, host="example.net"),
    "brought along": found(Source.GIVEN),
    "a slip": Plan(Address.parse("ada@gmial.com"), (), suggestion=Address.parse("ada@gmail.com")),
    "no mail": Plan(ADDRESS, (), asked=asked(ADDRESS), notes=("example.org accepts no mail.",), takes_no_mail=True),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_kind_of_account_takes_few_words(wizard: Wizard, kind: str) -> None:
    type_in(wizard, KINDS[kind])
    assert words_in_view(wizard.window) <= MOST_WORDS


def test_before_anything_is_typed_the_page_has_few_words(wizard: Wizard) -> None:
    wizard.account.name_field.set_text("")
    assert words_in_view(wizard.window) <= MOST_WORDS
    wizard.account.ask_nobody.setChecked(True)
    assert words_in_view(wizard.window) <= MOST_WORDS


def test_guesses_are_called_guesses_and_a_strangers_servers_ask_first(wizard: Wizard) -> None:
    type_in(wizard, KINDS["guessed"])
    line = wizard.account.servers_line.words
    assert line.text() == "Your password is tried at guessed names such as imap.example.org and smtp.example.org."
    type_in(wizard, KINDS["to agree to"])
    assert line.text() == "You are asked before your password goes to imap.example.net and smtp.example.net."


def test_where_no_password_is_typed_none_is_said_to_go_anywhere(wizard: Wizard) -> None:
    provider = wiring.presets().get("outlook-com")
    assert provider is not None
    plan = own(provider)
    assert plan is not None
    type_in(wizard, plan)
    assert wizard.account.servers_line.words.text().startswith("Servers: outlook.office365.com and ")


def test_what_the_provider_wants_moves_nothing_that_is_typed_into(wizard: Wizard) -> None:
    page = wizard.account
    provider = wiring.presets().get("gmail")
    assert provider is not None
    plan = own(provider)
    assert plan is not None
    page.address_field.set_text(str(plan.address))
    page.look_up()
    QApplication.processEvents()
    before = [page.name_field.geometry().top(), page.address_field.input.mapTo(page, QPoint()).y()]
    type_in(wizard, plan)
    assert page.banner.isVisible()
    assert not page.subheading.isVisible()
    assert [page.name_field.geometry().top(), page.address_field.input.mapTo(page, QPoint()).y()] == before
    QTest.keyClicks(page.address_field.input, "x")
    assert page.subheading.isVisible()


def test_the_last_account_is_offered_until_another_address_is_typed(wizard: Wizard) -> None:
    last = wizard.account.findChild(QAbstractButton, "last-account")
    assert last is not None
    assert last.isVisible()
    wizard.account.address_field.set_text("a")
    assert not last.isVisible()
    wizard.account.address_field.set_text("")
    assert last.isVisible()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [own, hosted])
def test_the_settings_are_shown_in_few_words(wizard: Wizard, kind: Callable[[Provider], Plan | None]) -> None:
    gmail = wiring.presets().get("gmail")
    assert gmail is not None
    first = own(gmail)
    assert first is not None
    type_in(wizard, first)
    wizard.window.go_on_to("settings")
    counted: dict[str, int] = {}
    for provider in wiring.presets().all():
        plan = kind(provider)
        if plan is None:
            continue
        type_in(wizard, plan)
        counted[provider.id] = words_in_view(wizard.window)
        assert wizard.settings.scroll.verticalScrollBar().maximum() == 0, provider.id
    assert len(counted) > 150
    assert not {name: count for name, count in counted.items() if count > MOST_WORDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_kind_of_settings_takes_few_words(wizard: Wizard, kind: str) -> None:
    type_in(wizard, KINDS[kind])
    wizard.window.go_on_to("settings")
    QApplication.processEvents()
    assert words_in_view(wizard.window) <= MOST_WORDS


def test_what_may_be_sent_is_one_press_away(wizard: Wizard, qtbot: QtBot) -> None:
    gmail = wiring.presets().get("gmail")
    assert gmail is not None
    plan = own(gmail)
    assert plan is not None
    type_in(wizard, plan)
    wizard.window.go_on_to("settings")
    limits = wizard.settings.limits
    assert limits.isVisible()
    assert not limits.label.isVisible()
    limits.button.click()
    qtbot.waitUntil(limits.label.isVisible)
    assert limits.label.text().startswith("500 messages in any 24 hours")
    wizard.settings.sending.open_editor()
    assert not limits.isVisible()


def test_a_message_that_arrived_takes_few_words(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.account.every_step.setChecked(True)
    walk(wizard, WORKS)
    wizard.window.go_on_to("test")
    wizard.test.begin(WORKS)
    wizard.test.validatePage()
    wizard.test.show_result(replace(WORKS, round_trip=ARRIVED))
    QApplication.processEvents()
    assert wizard.window.current_page() is wizard.test
    assert 30 < words_in_view(wizard.window) <= MOST_WORDS
