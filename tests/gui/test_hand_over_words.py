"""The hand-over page has few words: every program, every kind of account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from tests.gui.samples import IMAP, SMTP, WORKS
from tests.gui.test_actions import Idle
from tests.gui.tour import MOST_ON_DONE, words_in_view
from wizard.errors import HandoverError
from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.handover.programs.putting import can_be_placed
from wizard.handover.sheet import Note, Sheet
from wizard.handover.targets import may_hold_password, sheet, targets
from wizard.model.server import WITHOUT_SIGN_IN, Protocol, Security

POP3 = replace(IMAP, protocol=Protocol.POP3, host="pop.example.net", port=995)
FROM_THE_START = replace(SMTP, port=465, security=Security.TLS)
KINDS: dict[str, dict[str, object]] = {
    "TLS": {"outgoing": FROM_THE_START},
    "STARTTLS": {"incoming": replace(IMAP, port=143, security=Security.STARTTLS)},
    "POP3": {"incoming": POP3},
    "encrypted password": {"incoming": POP3, "incoming_auth": "APOP", "outgoing_auth": "CRAM-MD5"},
    "browser sign-in": {"incoming_auth": "XOAUTH2", "outgoing_auth": "XOAUTH2"},
    "browser sign-in to send": {"outgoing_auth": "OAUTHBEARER"},
    "nobody signs in": {"outgoing_auth": WITHOUT_SIGN_IN},
    "sending alone": {"incoming": None, "incoming_auth": None},
    "receiving alone": {"outgoing": None, "outgoing_auth": None},
}


@pytest.fixture(params=["as the system has it", "Inter"])
def wizard(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Wizard]:
    """The window at its usual size, in two fonts."""
    before = QFont(qapp.font())
    if request.param == "Inter":
        font = QFont("Inter")
        font.setPixelSize(14)
        qapp.setFont(font)
        theme.current().follow_font()
    made = Wizard()
    made.add_other_steps()
    made.window.clock = count(1).__next__  # hands are never too fast
    made.window.show()
    yield made
    made.window.abandon()
    made.window.deleteLater()
    qapp.setFont(before)
    theme.current().follow_font()


@pytest.mark.parametrize("kind", KINDS)
def test_no_program_shows_more_than_150_words_or_six_steps(wizard: Wizard, kind: str, qapp: QApplication) -> None:
    """With all that may stand there: what may be sent, that it can be set up, the password in a file."""
    account = WORKS.verified_account()
    assert account is not None
    made = replace(account, **KINDS[kind])
    wizard.flow.attach(Idle())
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    limits = Note("500 messages in any 24 hours; largest message 25 MB")

    def sheet_of(target: str) -> Sheet:
        bare = sheet(target, made)
        return replace(bare, notes=(*bare.notes, limits))

    wizard.done.begin(made)
    wizard.done.panel.begin(sheet_of)
    wizard.done.offer_remembering("the system keyring (GNOME)")
    counted = {}
    for target in targets():
        try:
            wizard.done.choose(target.id)
        except HandoverError:
            continue  # the program cannot have this account
        card = wizard.done.sheet_card
        assert card is not None
        if may_hold_password(target, made):
            card.offer_password(is_on=False)
        if can_be_placed(target.id):
            card.offer_placing()
        for _ in range(10):
            qapp.processEvents()
        assert len(card.sheet.steps) <= 6, target.id
        counted[target.id] = words_in_view(wizard.window)
    assert len(counted) > 20
    assert min(counted.values()) > 60
    assert {target: words for target, words in counted.items() if words > MOST_ON_DONE} == {}
