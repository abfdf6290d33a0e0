"""The first page: discovery while one types, the provider's needs before the password, sentences at the fields."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from wizard.gui.pages.account_page import TYPING_MS, AccountPage
from wizard.gui.state import PracticeAccount, WizardState
from wizard.gui.widgets.buttons import LinkButton
from wizard.model.address import Address
from wizard.model.plan import Asked, Plan
from wizard.model.provider import AppPassword, Preparation, Provider, ProviderStatus, SignInWay
from wizard.model.server import Protocol, Security, ServerCandidate, Source

ADDRESS = "ada@example.org"


def provider(**changes: object) -> Provider:
    """A provider called Example Mail."""
    facts: dict[str, object] = {
        "id": "example",
        "name": "Example Mail",
        "country": "Germany",
        "category": "webmail",
        "domains": ("example.com",),
        "mx_suffixes": (),
        "servers": (),
    }
    return Provider(**{**facts, **changes})  # type: ignore[arg-type]


APP_PASSWORDS = provider(
    sign_in=(SignInWay.APP_PASSWORD, SignInWay.OAUTH2),
    app_password=AppPassword("https://example.com/app", ("Open the page", "Copy it"), "[a-z]{16}", True),
)


def plan(of: Provider | None = None, *candidates: ServerCandidate, notes: tuple[str, ...] = ()) -> Plan:
    """What discovery found for the address."""
    asked = (
        Asked(Source.AUTOCONFIG, "autoconfig.example.org/mail/config-v1.1.xml", "found", 0.1),
        Asked(Source.ISPDB, "autoconfig.thunderbird.net for example.org", "nothing", 0.1),
        Asked(Source.MX, "MX of example.org", "found", 0.1),
    )
    return Plan(Address.parse(ADDRESS), candidates, of, asked=asked, notes=notes)


def server(trusted: bool = True, source: Source = Source.AUTOCONFIG) -> ServerCandidate:
    """A sending server."""
    return ServerCandidate(Protocol.SMTP, "smtp.example.org", 465, Security.TLS, ADDRESS, source, trusted)


@pytest.fixture
def state() -> WizardState:
    return WizardState()


@pytest.fixture
def page(qtbot: QtBot, state: WizardState) -> AccountPage:
    made = AccountPage(state)
    qtbot.addWidget(made)
    made.show()
    return made


def test_asks_as_soon_as_the_address_is_complete_and_only_once(qtbot: QtBot, page: AccountPage) -> None:
    asked: list[tuple[str, bool]] = []
    page.discover.connect(lambda address, nobody: asked.append((str(address), nobody)))
    with qtbot.waitSignal(page.discover, timeout=TYPING_MS * 10):
        QTest.keyClicks(page.address_field.input, ADDRESS)
    QTest.keyClick(page.address_field.input, Qt.Key.Key_Tab)
    assert asked == [(ADDRESS, False)]
    assert "Looking" in page.address_field.note.text()


def test_an_incomplete_address_is_not_asked_about(qtbot: QtBot, page: AccountPage) -> None:
    with qtbot.assertNotEmitted(page.discover, wait=TYPING_MS * 2):
        QTest.keyClicks(page.address_field.input, "ada@example")


def test_nobody_is_asked_when_that_is_wished(qtbot: QtBot, page: AccountPage, state: WizardState) -> None:
    page.ask_nobody.setChecked(True)
    assert "Nobody is asked" in page.address_field.help.text()
    with qtbot.waitSignal(page.discover, timeout=TYPING_MS * 10) as heard:
        QTest.keyClicks(page.address_field.input, ADDRESS)
    assert heard.args is not None
    assert heard.args[1] is True
    draft = state.draft()
    assert draft is not None
    assert draft.ask_nobody


def found(page: AccountPage, state: WizardState, what: Plan) -> None:
    """The answer to the look-up of ADDRESS."""
    page.address_field.set_text(ADDRESS)
    page.look_up()
    state.set_plan(what)


def test_says_what_the_provider_wants_before_a_password_is_typed(page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(APP_PASSWORDS))
    assert page.address_field.note.text() == "Hosted by Example Mail"
    assert page.address_field.help.text() == "Asked: example.org, community database."
    assert page.password_field.label.text() == "App password"
    assert page.password_field.input.accessibleName() == "App password"
    assert page.banner.isVisible()
    assert page.banner.fact.text() == "Example Mail wants an app password, not your everyday one."
    assert not page.banner.sentence.isVisible()


def test_the_steps_fold_out_in_place(page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(APP_PASSWORDS))
    assert not page.banner._steps.isVisible()
    page.banner._show_steps.click()
    assert page.banner._steps.isVisible()
    assert page.banner._open_page.isVisible()


@pytest.mark.parametrize(
    ("what", "words", "tone"),
    [
        (provider(status=ProviderStatus.UNSUPPORTED, no_servers_because="It is web only."), "web only", "stop_tint"),
        (provider(sign_in=(SignInWay.OAUTH2,)), "in the browser", "accenttint"),
        (provider(preparation=(Preparation("Switch IMAP on first."),)), "Switch IMAP on", "accenttint"),
    ],
)
def test_other_needs(page: AccountPage, state: WizardState, what: Provider, words: str, tone: str) -> None:
    found(page, state, plan(what))
    assert words in page.banner.fact.text()
    assert page.banner._fill == tone


def test_no_banner_where_the_everyday_password_will_do(page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(None, server()))
    assert not page.banner.isVisible()
    assert page.address_field.note.text() == "Settings found"
    assert page.password_field.label.text() == "Password"


def test_a_password_of_the_wrong_shape_is_noticed(qtbot: QtBot, page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(APP_PASSWORDS))
    page.password_field.input.setFocus()
    QTest.keyClicks(page.password_field.input, "Sunshine-2024")
    QTest.keyClick(page.password_field.input, Qt.Key.Key_Tab)
    assert "does not look like an app password" in page.password_field.help.text()
    page.password_field.input.clear()
    QTest.keyClicks(page.password_field.input, "abcd efgh ijkl mnop")
    assert not page.password_field.help.isVisible()


def test_a_password_reaches_the_engine_as_it_was_typed(page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(APP_PASSWORDS))
    page.password_field.set_text("abcd efgh ijkl mnop")
    assert page.validatePage()
    assert state.secret is not None
    assert state.secret.reveal() == "abcd efgh ijkl mnop"  # the engine knows which blanks mean nothing


def test_a_password_pasted_with_blanks_is_kept_and_noticed(page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(None, server()))
    page.password_field.set_text("correct horse ")
    assert "blank at the start or the end" in page.password_field.help.text()
    assert page.validatePage()
    assert state.secret is not None
    assert state.secret.reveal() == "correct horse "


@pytest.mark.parametrize("pasted", ["correct horse ", "\u00a0correct horse", "correct horse\u200b"])
def test_a_blank_that_came_along_is_taken_off_by_a_button(page: AccountPage, state: WizardState, pasted: str) -> None:
    found(page, state, plan(None, server()))
    page.password_field.input.setText(pasted)
    button = page.findChild(LinkButton, "remove-blank")
    assert button is not None
    assert button.isVisible()
    assert button.accessibleName() == "Remove the blank"
    page.password_field.eye.setFocus()
    QTest.keyClick(page.password_field.eye, Qt.Key.Key_Tab)
    assert button.hasFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert page.password_field.text() == "correct horse"
    assert page.password_field.input.hasFocus()
    assert not button.isVisible()
    assert not page.password_field.help.isVisible()


def test_caps_lock_is_noticed(qtbot: QtBot, page: AccountPage) -> None:
    QTest.keyClicks(page.password_field.input, "A", Qt.KeyboardModifier.NoModifier)
    assert page.password_field.help.text() == "Caps Lock is on."
    QTest.keyClicks(page.password_field.input, "a")
    assert not page.password_field.help.isVisible()
    QTest.keyClicks(page.password_field.input, "A", Qt.KeyboardModifier.ShiftModifier)
    assert not page.password_field.help.isVisible()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "missing"),
        ("ada", "@"),
        ("ada@", "after the @"),
        ("@example.org", "before the @"),
        ("ada@example", "complete domain"),
        ("ada lovelace@example.org", "not an email address"),
    ],
)
def test_a_malformed_address_is_said_at_the_field(page: AccountPage, typed: str, sentence: str) -> None:
    page.address_field.set_text(typed)
    page.password_field.set_text("hunter22")
    assert not page.validatePage()
    assert sentence in page.address_field.help.text()
    assert page.address_field.input.accessibleDescription() == page.address_field.help.text()
    assert page.address_field.text() == typed
    assert page.password_field.text() == "hunter22"


def test_an_empty_password_is_said_at_the_field(page: AccountPage) -> None:
    page.address_field.set_text(ADDRESS)
    assert not page.validatePage()
    assert "missing" in page.password_field.help.text()


def test_another_address_forgets_what_was_found(qtbot: QtBot, page: AccountPage, state: WizardState) -> None:
    found(page, state, plan(APP_PASSWORDS))
    QTest.keyClicks(page.address_field.input, "x")
    assert state.plan is None
    assert not page.banner.isVisible()
    assert page.password_field.label.text() == "Password"


def test_the_eye_shows_the_password(page: AccountPage) -> None:
    page.password_field.set_text("hunter22")
    assert page.password_field.input.displayText() != "hunter22"
    page.password_field.eye.click()
    assert page.password_field.input.displayText() == "hunter22"


def test_a_practice_account_fills_the_fields(qtbot: QtBot, page: AccountPage) -> None:
    page.offer_practice(())
    assert len(page.findChildren(QComboBox)) == 0
    page.offer_practice((PracticeAccount("ada@works.example", "practice", "All well."),))
    assert page.practice is not None
    assert page.practice.isVisible()
    with qtbot.waitSignal(page.discover, timeout=TYPING_MS * 10):
        page.practice.choice.setCurrentIndex(1)
        page.practice.choice.activated.emit(1)
    assert page.address_field.text() == "ada@works.example"
    assert page.password_field.text() == "practice"


def test_what_was_pasted_becomes_the_address_alone(page: AccountPage, qtbot: QtBot) -> None:
    page.address_field.set_text('"Lovelace, Ada" <ada@example.org>,')
    page.password_field.set_text("\ttulip-wagon-64\r\n")
    asked: list[str] = []
    page.discover.connect(lambda address, _: asked.append(address.wire))
    page._state.every_step = True
    assert page.validatePage()
    assert page.address_field.text() == ADDRESS
    assert asked == [ADDRESS]
    secret = page._state.secret
    assert secret is not None
    assert secret.reveal() == "tulip-wagon-64"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source.AUTOCONFIG, "Settings found"),
        (Source.ISPDB, "Settings found"),
        (Source.SRV, "Settings found"),
        (Source.PACK, "Settings found"),
        (Source.MX, "Likely servers found"),
        (Source.GUESS, "No settings found"),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
def test_settings_are_found_only_where_somebody_published_them(
    page: AccountPage, state: WizardState, source: Source, words: str, trusted: bool
) -> None:
    found(page, state, plan(None, server(trusted, source)))
    assert page.address_field.note.text() == words


def test_only_who_answered_was_asked(page: AccountPage, state: WizardState) -> None:
    silent = Asked(Source.ISPDB, "autoconfig.thunderbird.net for example.org", "no answer", 0.1)
    heard = Asked(Source.AUTOCONFIG, "autoconfig.example.org/mail/config-v1.1.xml", "nothing", 0.1)
    guess = server(True, Source.GUESS)
    found(page, state, Plan(Address.parse(ADDRESS), (guess,), asked=(heard, silent)))
    assert page.address_field.help.text() == "Asked: example.org."
    found(page, state, Plan(Address.parse(ADDRESS), (guess,), asked=(silent,)))
    assert page.address_field.help.text() == "Nobody answered. Is this computer online?"


def mistyped() -> Plan:
    """What discovery says of an address that is a slip away from a provider's."""
    return Plan(Address.parse("ada@gmial.com"), (), suggestion=Address.parse("ada@gmail.com"))


def test_a_slip_is_asked_about_beside_the_field(page: AccountPage, state: WizardState, qtbot: QtBot) -> None:
    page.prefill("ada@gmial.com")
    page.look_up()
    state.set_plan(mistyped())
    assert page.address_field.note.text() == "Did you mean gmail.com?"
    assert "strangers" in page.address_field.help.text()
    assert page.suggestion.isVisible()
    with qtbot.waitSignal(page.discover) as asked:
        page.suggestion.click()
    assert asked.args is not None
    assert str(asked.args[0]) == "ada@gmail.com"
    assert page.address_field.text() == "ada@gmail.com"
    assert not page.suggestion.isVisible()


def test_the_password_comes_right_after_an_address_that_is_asked_about(page: AccountPage, state: WizardState) -> None:
    page.prefill("ada@gmial.com")
    page.look_up()
    state.set_plan(mistyped())
    order = page.tab_order(
        [page.address_field.input, page.ask_nobody, page.suggestion, page.password_field.input, page.password_field.eye]
    )
    assert order[:2] == [page.address_field.input, page.password_field.input]
    assert page.suggestion in order


def test_an_address_that_a_remedy_corrected_stands_in_the_field(page: AccountPage, state: WizardState) -> None:
    page.prefill("ada@gmial.com")
    page.look_up()
    draft = state.draft()
    assert draft is not None
    state.set_draft(replace(draft, address=Address.parse("ada@gmail.com")))
    assert page.address_field.text() == "ada@gmail.com"
