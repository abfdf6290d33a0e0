"""The second page: who said what, editing in place, errors at the fields, and the yes that untrusted servers need."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from wizard.discovery.presets import candidates
from wizard.gui.pages.settings_page import SettingsPage
from wizard.gui.state import WizardState
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.provider import Provider, ProviderServer
from wizard.model.server import Protocol, Security, ServerCandidate, Source, UsernameForm

ADDRESS = Address.parse("ada@example.net")


def server(
    protocol: Protocol, host: str, port: int, security: Security, source: Source, *, trusted: bool = True
) -> ServerCandidate:
    return ServerCandidate(protocol, host, port, security, str(ADDRESS), source, trusted)


IMAP = server(Protocol.IMAP, "imap.example.net", 993, Security.TLS, Source.AUTOCONFIG)
SMTP = server(Protocol.SMTP, "smtp.example.net", 587, Security.STARTTLS, Source.AUTOCONFIG)
OTHER = server(Protocol.SMTP, "smtp.example.net", 465, Security.TLS, Source.ISPDB)


@pytest.fixture
def state() -> WizardState:
    made = WizardState()
    made.set_address(ADDRESS)
    return made


@pytest.fixture
def page(qtbot: QtBot, state: WizardState) -> SettingsPage:
    made = SettingsPage(state)
    qtbot.addWidget(made)
    made.resize(644, 556)
    made.show()
    return made


def texts(page: SettingsPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_waits_for_the_plan_and_says_so(page: SettingsPage) -> None:
    assert page.waiting.isVisible()
    assert not page.isComplete()


def test_shows_each_setting_and_who_said_it(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP, OTHER)))
    shown = texts(page)
    assert page.heading.text() == "Settings for example.net"
    assert "Nothing needs to be changed." in shown
    for words in ("imap.example.net", "993", "SSL/TLS", "smtp.example.net", "587", "STARTTLS", "From your provider"):
        assert words in shown
    assert "Database: 465" in shown
    assert page.isComplete()


def test_takes_the_other_answer_over(qtbot: QtBot, page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP, OTHER)))
    page.sending.edit.click()
    assert page.sending.editor.strip.isVisible()
    assert page.sending.editor._strip_source.text() == "The community database says"
    assert page.sending.editor._strip_fact.text() == "port 465, SSL/TLS."
    assert page.sending.editor._strip_fact.font().weight() == QFont.Weight.DemiBold
    page.sending.editor._strip_button.click()
    page.sending.apply.click()
    assert state.outgoing == OTHER


def test_the_encryption_follows_the_port(qtbot: QtBot, page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor("port")
    inner = page.sending.port.choice.lineEdit()
    assert inner is not None
    inner.selectAll()
    QTest.keyClicks(inner, "465")
    assert page.sending.security.segments.key() == "tls"
    page.sending.close_editor()
    assert state.outgoing is not None
    assert (state.outgoing.port, state.outgoing.security, state.outgoing.source) == (465, Security.TLS, Source.GIVEN)


@pytest.mark.parametrize(("typed", "sentence"), [("0", "no port 0"), ("99999", "no port 99999"), ("", "missing")])
def test_a_wrong_port_is_said_at_the_field(page: SettingsPage, state: WizardState, typed: str, sentence: str) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor()
    page.sending.port.choice.setEditText(typed)
    assert not page.validatePage()
    assert sentence in page.sending.port.help.text()
    assert page.sending.port.choice.currentText() == typed
    assert state.outgoing == SMTP


def test_a_missing_server_or_user_name_is_said_at_the_field(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor()
    page.sending.host.set_text("")
    page.sending.username.choice.setEditText("")
    assert not page.sending.close_editor()
    assert "missing" in page.sending.host.help.text()
    assert "missing" in page.sending.username.help.text()


def test_user_names_by_their_form(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.receiving.open_editor("username")
    assert page.receiving.username.choice.currentText() == "Full email address"
    page.receiving.username.choice.setCurrentIndex(1)
    page.receiving.close_editor()
    assert state.incoming is not None
    assert state.incoming.username == "ada"


def test_a_receiving_server_typed_into_sending_is_noticed_at_once(
    qtbot: QtBot, page: SettingsPage, state: WizardState
) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor()
    page.sending.host.input.selectAll()
    QTest.keyClicks(page.sending.host.input, "imap.example.net")
    assert "looks like a server for receiving" in page.sending.editor._strip_words.text()
    assert page.sending.editor._strip_button.text() == "Use smtp.example.net"


def test_undo_brings_back_what_was_found(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor()
    page.sending.host.set_text("other.example.net")
    page.sending.close_editor()
    assert state.outgoing is not None
    assert state.outgoing.host == "other.example.net"
    page.sending.open_editor()
    page.sending.undo.click()
    assert state.outgoing == SMTP


def test_escape_in_the_editor_undoes_and_stays(qtbot: QtBot, page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    page.sending.open_editor()
    QTest.keyClicks(page.sending.host.input, "x")
    QTest.keyClick(page.sending.host.input, Qt.Key.Key_Escape)
    assert not page.sending.is_editing
    assert state.outgoing == SMTP


def test_untrusted_servers_need_a_yes(page: SettingsPage, state: WizardState) -> None:
    foreign = server(Protocol.IMAP, "mail.eu.hoster.example", 993, Security.TLS, Source.SRV, trusted=False)
    state.set_plan(Plan(ADDRESS, (foreign, SMTP)))
    assert page.consent.isVisible()
    assert "hoster.example" in page.consent.fact.text()
    assert not page.isComplete()
    page.agree.click()
    assert page.isComplete()
    assert not page.consent.isVisible()
    assert state.incoming is not None
    assert not state.account.to_agree_to()


def test_servers_can_be_typed_when_nothing_was_found(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(Plan(ADDRESS, ()))
    assert not page.isComplete()
    page.sending.edit.click()
    page.sending.host.set_text("smtp.example.net:465")
    assert page.sending.close_editor()
    assert state.outgoing is not None
    assert (state.outgoing.port, state.outgoing.username) == (465, "ada@example.net")
    assert page.isComplete()


def test_the_names_of_the_contract(page: SettingsPage) -> None:
    for card, side in ((page.sending, "Sending"), (page.receiving, "Receiving")):
        names = [field.control.accessibleName() for field in (card.host, card.port, card.security, card.username)]
        assert names == [f"{side} server", f"{side} port", f"{side} encryption", f"{side} user name"]
        for field in (card.host, card.port, card.security, card.username):
            assert field.label.buddy() is field.control


def provider(*servers: ProviderServer, **facts: object) -> Provider:
    given = {"name": "Example Mail", "country": "Germany", "category": "hosting", **facts}
    return Provider(id="example", domains=("example.net",), mx_suffixes=(), servers=servers, **given)  # type: ignore[arg-type]


def sending(host: str, *, form: UsernameForm = UsernameForm.FULL_ADDRESS, region: str | None = None) -> ProviderServer:
    return ProviderServer(Protocol.SMTP, host, 587, Security.STARTTLS, form, region=region)


def plan_of(known: Provider) -> Plan:
    return Plan(ADDRESS, candidates(known, ADDRESS), known)


def test_a_user_name_that_no_address_gives_is_asked_for(page: SettingsPage, state: WizardState) -> None:
    hint = "The user name is the one that the console shows."
    state.set_plan(plan_of(provider(sending("smtp.example.net", form=UsernameForm.OTHER), username_hint=hint)))
    field = page.questions.username
    assert field is not None
    assert field.help.text() == hint
    assert not page.isComplete()
    QTest.keyClicks(field.input, "AKIAEXAMPLE")
    assert page.isComplete()
    assert state.outgoing is not None
    assert state.outgoing.username == "AKIAEXAMPLE"
    assert page.questions.username is field, "what is typed is not taken down while it is typed"


def test_the_region_is_a_choice(page: SettingsPage, state: WizardState) -> None:
    known = provider(sending("smtp.eu.example.net", region="eu"), sending("smtp.us.example.net", region="us"))
    state.set_plan(plan_of(known))
    choice = page.questions.region
    assert choice is not None
    assert page.isComplete()
    assert state.outgoing is not None
    assert state.outgoing.host == "smtp.eu.example.net"
    choice.choice.setCurrentIndex(1)
    assert state.outgoing.host == "smtp.us.example.net"


def test_a_part_of_the_server_name_is_asked_for(page: SettingsPage, state: WizardState) -> None:
    ask = "Each customer has a server whose name begins with wp."
    state.set_plan(plan_of(provider(sending("%SERVER%.example.net"), placeholders={"SERVER": ask})))
    assert [state.incoming, state.outgoing] == [None, None]
    assert not page.isComplete()
    field = page.questions.placeholders["SERVER"]
    assert field.help.text() == ask
    QTest.keyClicks(field.input, "wp 1")
    assert field.error is not None
    assert not page.isComplete()
    field.input.clear()
    QTest.keyClicks(field.input, "wp1")
    assert page.isComplete()
    assert state.outgoing is not None
    assert state.outgoing.host == "wp1.example.net"


def test_another_provider_asks_nothing_of_the_last_one(page: SettingsPage, state: WizardState) -> None:
    state.set_plan(plan_of(provider(sending("%SERVER%.example.net"), placeholders={"SERVER": "Which?"})))
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP)))
    assert page.questions.isHidden()
    assert page.isComplete()


@pytest.mark.parametrize(
    ("typed", "host", "port", "security"),
    [
        ("ssl://SMTP.Example.Net:465", "smtp.example.net", 465, Security.TLS),
        ("smtp.example.net 587 (STARTTLS)", "smtp.example.net", 587, Security.STARTTLS),
        ("post.müller.example:587", "post.xn--mller-kva.example", 587, Security.STARTTLS),
    ],
)
def test_a_server_pasted_from_another_program_is_read_whole(
    typed: str, host: str, port: int, security: Security, page: SettingsPage, state: WizardState
) -> None:
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP, OTHER)))
    page.sending.open_editor()
    page.sending.host.set_text(typed)
    read = page.sending.editor.read()
    assert read is not None
    assert (read.host, read.port, read.security) == (host, port, security)


def test_nothing_is_asked_about_the_addresss_own_domain(page: SettingsPage, state: WizardState) -> None:
    own = server(Protocol.IMAP, "mx7.mail.example.net", 993, Security.TLS, Source.SRV, trusted=False)
    state.set_plan(Plan(ADDRESS, (own, SMTP)))
    assert not page.consent.isVisible()
    assert page.isComplete()


def test_a_question_stands_first_and_has_the_keyboard(page: SettingsPage, state: WizardState) -> None:
    foreign = server(Protocol.IMAP, "imap.hoster.example", 993, Security.TLS, Source.SRV, trusted=False)
    state.set_plan(Plan(ADDRESS, (foreign, SMTP)))
    assert page.subheading.isHidden()
    assert page.body.indexOf(page.consent) < page.body.indexOf(page.receiving)
    assert "Your password would go to hoster.example." in page.agree.accessibleDescription()
    assert page.lead_to() is page.agree
    assert "imap.hoster.example, port 993, SSL/TLS" in texts(page)
    assert "User name" not in texts(page)
    page.agree.click()
    assert page.lead_to() is None
    assert page.subheading.isVisible()
    assert "User name" in texts(page)


def test_a_domain_reads_as_it_was_typed_and_a_strangers_as_it_is_encoded(
    page: SettingsPage, state: WizardState
) -> None:
    address = Address.parse("ada@bücher.example")
    state.set_address(address)
    own, stranger = f"imap.{address.domain}", "smtp.xn--mller-kva.example"
    receiving = ServerCandidate(Protocol.IMAP, own, 993, Security.TLS, address.wire, Source.SRV, trusted=True)
    sending = ServerCandidate(Protocol.SMTP, stranger, 465, Security.TLS, address.wire, Source.SRV, trusted=True)
    state.set_plan(Plan(address, (receiving, sending)))
    assert {"imap.bücher.example", "ada@bücher.example", stranger} <= set(texts(page))
    assert state.incoming is not None
    assert state.incoming.host == own


@pytest.mark.parametrize(("domains", "foreign"), [(("example.net",), False), (("hoster.example",), True)])
def test_a_provider_taken_from_the_list_says_when_the_domain_is_not_its_own(
    page: SettingsPage, state: WizardState, domains: tuple[str, ...], foreign: bool
) -> None:
    picked = Provider("hoster", "Hoster", "DE", "hoster", domains, (), ())
    page.provider_chosen(picked)
    state.set_plan(Plan(ADDRESS, (IMAP, SMTP), picked))
    assert (page.subheading.text() == "Right only if Hoster keeps example.net’s mail.") is foreign


def test_the_addresss_own_domain_is_not_asked_about(page: SettingsPage, state: WizardState) -> None:
    own = server(Protocol.IMAP, "mx7.mail.example.net", 993, Security.TLS, Source.SRV, trusted=False)
    state.set_plan(Plan(ADDRESS, (own, SMTP)))
    assert state.account.to_agree_to() == ()
    assert page.consent.isHidden()
    assert page.validatePage()
