"""A provider's page that says how user names are made, and comes after a guessed server refused the address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import causes, press, remedy, to_the_check
from tests.gui.test_promises_in_the_window import connected
from tests.lab.certificates import Authority
from tests.lab.processes import wait_until
from tests.lab.sources import CONFIG, ISPDB_URL, PASSWORD, Domain, SourceLab
from tests.lab.web import Page, Request
from wizard.gui.app import Wizard
from wizard.model.account import Verdict
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

DOMAIN = Domain(
    "percent.example",
    ["mail A %MAIL%"],
    {("autoconfig.percent.example", CONFIG): Page()},
    ["mail.percent.example"],
    login="ada%percent.example",
)


HOSTER = Domain("hoster.example")  # where the mailbox of the address really is


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.setup.usernames.ASK_AGAIN_S", 30.0)  # however slow this computer is


@pytest.fixture
def lab(authority: Authority) -> Iterator[SourceLab]:
    with SourceLab(authority, [DOMAIN, HOSTER]) as lab:
        yield lab
        lab.web.let_go()


def _element(side: str, kind: str, port: int, host: str = "mail.percent.example") -> str:
    return (
        f'<{side} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>SSL</socketType><username>%EMAILLOCALPART%%%EMAILDOMAIN%</username><authentication>password-cleartext</authentication></{side}>"
    )


def _published_late(lab: SourceLab, servers: str) -> None:
    """The domain's page answers once a sign-in was refused."""

    def page(_: Request) -> Page:
        wait_until(lambda: len(lab.mail.auth_log()) > 0, "a sign-in is refused")
        return Page(f'<clientConfig><emailProvider id="x">{servers}</emailProvider></clientConfig>'.encode())

    lab.web.pages[("autoconfig.percent.example", CONFIG)] = page


def test_the_published_name_is_what_is_accepted(
    qtbot: QtBot, qapp: QApplication, wizard: Wizard, lab: SourceLab, authority: Authority
) -> None:
    servers = _element("incomingServer", "imap", 993) + _element("outgoingServer", "smtp", 465)
    _published_late(lab, servers)
    settings = Settings(nameserver=lab.names.option, ispdb_url=ISPDB_URL, ca_files=(authority.ca_file,))
    with connected(wizard, qapp, settings):
        QTest.keyClicks(wizard.account.address_field.input, "ada@percent.example")
        wizard.account.password_field.input.setText(PASSWORD)
        qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
        to_the_check(qtbot, wizard)
        assert causes(wizard) == ["diagnosis:username-format"]
        assert wizard.check.cards[0].accessibleName() == "The server wants “ada%percent.example” as your user name"
        use = remedy(wizard, "username-format", "use-other-username-form")
        assert use.text() == "Use “ada%percent.example”"
        use.click()
        press(qtbot, wizard)
        assert wizard.window.currentPage() is wizard.test
        result = wizard.state.result
    assert result is not None
    sides = [side for side in (result.incoming, result.outgoing) if side is not None]
    assert [side.candidate.username for side in sides] == ["ada%percent.example"] * 2
    assert sorted(attempt.protocol for attempt in lab.mail.auth_log()) == ["imap", "imap", "smtp"]


def test_another_companys_server_that_is_published_late_gets_the_password_by_a_press_that_names_it(
    qtbot: QtBot, qapp: QApplication, wizard: Wizard, lab: SourceLab, authority: Authority
) -> None:
    ways = (("incomingServer", "imap", 993), ("outgoingServer", "smtp", 465))
    _published_late(lab, "".join(_element(*way, host=HOSTER.post) for way in ways))
    settings = Settings(nameserver=lab.names.option, ispdb_url=ISPDB_URL, ca_files=(authority.ca_file,))
    with connected(wizard, qapp, settings):
        QTest.keyClicks(wizard.account.address_field.input, "ada@percent.example")
        wizard.account.password_field.input.setText(PASSWORD)
        qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
        to_the_check(qtbot, wizard)
        assert causes(wizard) == ["diagnosis:bad-credentials"]
        before = wizard.check.result
        use = remedy(wizard, "bad-credentials", "use-published-server")
        assert use.text() == f"Use “{HOSTER.post}”"
        assert len(lab.mail.auth_log()) == 2, "nothing went there unasked"
        assert "name another one" in wizard.check.cards[0].diagnosis.remedies[0].steps[0]
        use.click()
        qtbot.waitUntil(lambda: wizard.check.result not in (None, before), timeout=SECONDS)
        result = wizard.check.result
    assert result is not None
    assert (result.verdict, result.diagnoses) == (Verdict.WORKS, ())
    sides = [side for side in (result.incoming, result.outgoing) if side is not None]
    assert [side.candidate.host for side in sides] == [HOSTER.post] * 2
    # The guessed server refused two names; the other got the password after the press that names it.
    assert sorted(attempt.protocol for attempt in lab.mail.auth_log()) == ["imap", "imap", "imap", "smtp"]
