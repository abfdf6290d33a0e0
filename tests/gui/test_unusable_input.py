"""What no server takes, pasted into the window: said beside the field it stands in, and nobody is asked with it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.gui.test_account_page import page as account_page
from tests.gui.test_account_page import provider
from tests.gui.test_settings_page import IMAP, SMTP
from tests.gui.test_settings_page import page as settings_page
from wizard.gui.pages.account_page import AccountPage
from wizard.gui.pages.settings_page import SettingsPage
from wizard.gui.state import WizardState
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.provider import ProviderServer
from wizard.model.server import Protocol, Security, UsernameForm

ADDRESS = Address.parse("ada@example.net")
INSIDE = ["\n", "\r\n", "\t", "\0", "\x01", "\x1b[2J", "\x7f", "\x85", "\u2028"]

__all__ = ["account_page", "settings_page"]


@pytest.fixture
def state() -> WizardState:
    made = WizardState()
    made.every_step = True  # else the page waits for the servers to be found
    made.set_address(ADDRESS)
    return made


def paste(text: str, into: object) -> None:
    """Through the clipboard, as people do it: what the field makes of it is a part of the test."""
    QApplication.clipboard().setText(text)
    into.clear()  # type: ignore[attr-defined]
    into.paste()  # type: ignore[attr-defined]


@pytest.mark.parametrize("inside", INSIDE)
def test_a_password(inside: str, account_page: AccountPage, state: WizardState) -> None:
    account_page.address_field.set_text(str(ADDRESS))
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    account_page.password_field.input.setText(f"tulip{inside}wagon-64")
    assert not account_page.validatePage()
    assert "cannot be typed" in (account_page.password_field.error or "")
    assert "tulip" not in (account_page.password_field.error or "")
    account_page.password_field.input.setText("tulip-wagon-64")
    assert account_page.password_field.error is None
    assert account_page.validatePage()


@pytest.mark.parametrize("text", ["\n", "\t\r\n"])
def test_a_password_of_line_breaks_is_missing(text: str, account_page: AccountPage) -> None:
    account_page.address_field.set_text(str(ADDRESS))
    account_page.password_field.input.setText(text)
    assert not account_page.validatePage()
    assert "missing" in (account_page.password_field.error or "")


@pytest.mark.parametrize("around", ["{}\n", "\t{}", "\ufeff{}\r\n"])
def test_a_pasted_password_keeps_nothing_of_the_clipboard(
    around: str, account_page: AccountPage, state: WizardState
) -> None:
    account_page.address_field.set_text(str(ADDRESS))
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    paste(around.format("tulip-wagon-64"), account_page.password_field.input)
    assert account_page.validatePage()
    draft = state.draft()
    assert draft is not None
    assert draft.secret is not None
    assert draft.secret.reveal() == "tulip-wagon-64"


@pytest.mark.slow
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("side", ["receiving", "sending"])
def test_a_user_name_of_a_server(side: str, inside: str, settings_page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    card = getattr(settings_page, side)
    card.open_editor("username")
    card.username.choice.setEditText(f"FIRMA{inside}ada")
    assert not settings_page.validatePage()
    assert "cannot be typed" in (card.username.error or "")
    card.username.choice.setEditText("\ufeffFIRMA\\ada\n")
    assert settings_page.validatePage()
    assert card.candidate.username == "FIRMA\\ada"


@pytest.mark.parametrize("inside", INSIDE)
def test_a_password_for_sending(inside: str, settings_page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    card = settings_page.sending
    card.open_editor("username")
    field = card.editor.own_password
    assert field is not None
    field.input.setText(f"tulip{inside}wagon-64")
    assert not settings_page.validatePage()
    assert "cannot be typed" in (field.error or "")
    field.input.setText("tulip-wagon-64\r\n")
    assert field.error is None
    assert settings_page.validatePage()
    draft = state.draft()
    assert draft is not None
    assert draft.outgoing_secret is not None
    assert draft.outgoing_secret.reveal() == "tulip-wagon-64"


@pytest.mark.parametrize("inside", INSIDE)
def test_a_server(inside: str, settings_page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    card = settings_page.receiving
    card.open_editor("host")
    card.host.input.setText(f"imap{inside}example.net{inside}x")
    assert not settings_page.validatePage()
    assert card.host.error


@pytest.mark.parametrize("inside", INSIDE)
def test_what_a_provider_asks(inside: str, settings_page: SettingsPage, state: WizardState) -> None:
    server = ProviderServer(Protocol.SMTP, "%SERVER%.example.net", 465, Security.TLS, username_form=UsernameForm.OTHER)
    asking = provider(servers=(server,), placeholders={"SERVER": "Which server?"})
    state.set_plan(Plan(ADDRESS, (), asking))
    questions = settings_page.questions
    assert questions.username is not None
    questions.placeholders["SERVER"].input.setText(f"mail{inside}7")
    questions.username.input.setText(f"ada{inside}7")
    assert "cannot be typed" in (questions.username.error or "")
    assert questions.placeholders["SERVER"].error
    assert questions.first_missing() is not None
    questions.placeholders["SERVER"].input.setText("mail7")
    questions.username.input.setText("ada7\n")
    assert questions.first_missing() is None
    assert {(one.host, one.username) for one in questions.servers()} == {("mail7.example.net", "ada7")}


@pytest.mark.parametrize("inside", INSIDE)
def test_the_name_beside_the_address_is_one_line(inside: str, account_page: AccountPage, state: WizardState) -> None:
    account_page.name_field.input.setText(f"Ada{inside} Example")
    account_page.address_field.set_text(str(ADDRESS))
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    account_page.password_field.input.setText("tulip-wagon-64")
    assert account_page.validatePage()
    draft = state.draft()
    assert draft is not None
    assert (draft.display_name or "").isprintable()
