"""Every row by both faces: the card is read, its first remedy carried out, and what comes of that is seen.

The command line prints the card as JSON; in the window its first button is pressed. `python -m tests.seeds` prints the
table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from tests.gui.test_saved_accounts import Browser
from tests.lab.scripted import ScriptedServer
from tests.lab.stage import PASSWORD, listed
from tests.seeds import faces
from tests.seeds.faces import CommandLine, Program
from tests.seeds.rows import ROWS, Row
from wizard.cli import check
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.model.account import CheckResult, Verdict
from wizard.model.diagnosis import (
    AskAdministrator,
    ChangeSettings,
    CopyText,
    EditField,
    Field,
    OpenUrl,
    Remedy,
    TryAgain,
    Wait,
)

pytestmark = pytest.mark.slow


def put_on_stage(row: Row, monkeypatch: pytest.MonkeyPatch) -> list[ScriptedServer]:
    """Lets the whole program, whichever face, find the row's servers for the world; those that follow a script."""
    return faces.put_on_stage(
        monkeypatch,
        row.address,
        *row.servers,
        played=row.played,
        mx=row.mx,
        found_by=row.found_by,
        listing=tuple(listed(server) for server in row.listing),
        second=tuple(listed(server) for server in row.second),
        line=row.line,
    )


def command_line_test(row: Row) -> Callable[[pytest.MonkeyPatch, pytest.CaptureFixture[str]], None]:
    def test(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        scripted = put_on_stage(row, monkeypatch)
        words = [row.address, "--json", "--yes"]
        for name, value in row.given.items():
            words += [f"--{name.replace('_', '-')}", value]
        if row.sends or row.test_to:
            words += ["--test-message", *([row.test_to] if row.test_to else [])]
        line = CommandLine(monkeypatch, capsys)
        code = line.run(check, *words)
        document = json.loads(line.out)
        assert (document["verdict"], code) == (row.verdict.value, check.EXIT_CODES[row.verdict])
        first = document["diagnoses"][0]
        assert (first["cause"], first["title"]) == (row.cause, row.title)
        offered = first["remedies"]
        assert (offered[0]["id"], offered[0]["say"]) == (row.remedy, row.say), [each["id"] for each in offered]
        assert_target(row, offered[0])
        further = [each["id"] for each in offered[1:]]
        assert [id_ for id_ in further if id_ in row.also] == list(row.also), further
        for said in row.says:
            assert said in json.dumps(first, ensure_ascii=False), first
        if row.after is not None:
            fix = next(fix for fix in document["fixes"] if fix["remedy"] == row.remedy)
            assert fix["cause"] == row.cause
            assert {name: fix["after"][name] for name in row.after} == row.after
        assert_told_nothing(scripted)

    return test


def assert_told_nothing(scripted: list[ScriptedServer]) -> None:
    """What ends or breaks a conversation before it is encrypted never saw the password."""
    assert not [server for server in scripted if PASSWORD.encode() in server.received]


def assert_target(row: Row, remedy: dict[str, Any]) -> None:
    """The first remedy acts on what the row says."""
    if row.target is None:
        return
    acts_on = next(
        (remedy[key] for key in ("field", "url", "change", "seconds", "text") if remedy.get(key) is not None), None
    )
    if isinstance(row.target, str) and "text" in remedy:
        assert row.target in " ".join(str(acts_on).split()), acts_on
    else:
        assert acts_on == row.target


def button_of(row: Row) -> str:
    """What the card's first button says; what to do before checking again stands above it, in the row's words."""
    if row.remedy == "ask-administrator":
        return "Ask your administrator…"
    if row.remedy in ("wait", "try-again", "try-another-network", "make-message-smaller"):
        return "Check again"
    return row.say


def window_test(row: Row) -> Callable[[pytest.MonkeyPatch, Callable[[], Program], Browser], None]:
    def test(monkeypatch: pytest.MonkeyPatch, start: Callable[[], Program], browser: Browser) -> None:
        scripted = put_on_stage(row, monkeypatch)
        program = start()
        wizard = program.wizard
        program.sign_up(row.address)
        type_servers(row, program)
        result = program.check()
        if row.sends or row.test_to:
            result = program.send(row.test_to)
        page = wizard.test if row.sends or row.test_to else wizard.check
        assert result.verdict is row.verdict
        card = page.cards[0]
        assert (card.diagnosis.cause, card.title.text()) == (row.cause, row.title)
        buttons = faces.remedies(card)
        first = buttons[0]
        assert (first.objectName(), first.text()) == (f"remedy:{row.remedy}", button_of(row))
        assert (first.accessibleDescription() or first.text()) == row.say
        further = [button.objectName().removeprefix("remedy:") for button in buttons[1:]]
        assert [id_ for id_ in further if id_ in row.also] == list(row.also), further
        if row.after is not None:
            accept(row, program, result, card, first)
            return
        shown = everything(card)
        program.click(first)
        shown += came_of_it(row, card.diagnosis.remedies, program, result, browser)
        for said in row.says:
            assert said in shown, shown
        assert_told_nothing(scripted)

    return test


def everything(card: DiagnosisCard) -> str:
    """All words of the card, folded ones too."""
    return faces.words(card) + json.dumps([list(remedy.steps) for remedy in card.diagnosis.remedies])


def type_servers(row: Row, program: Program) -> None:
    """Types what the person types into the editors of the second page."""
    settings = program.wizard.settings
    for way, card in (("incoming", settings.receiving), ("outgoing", settings.sending)):
        name = row.given.get("outgoing_username" if way == "outgoing" else "", row.given.get("username"))
        if way not in row.given and name is None:
            continue
        card.open_editor()
        if way in row.given:
            card.host.input.selectAll()
            QTest.keyClicks(card.host.input, row.given[way])
        if name is not None:
            card.username.choice.setEditText(name)


def accept(row: Row, program: Program, result: CheckResult, card: DiagnosisCard, button: QAbstractButton) -> None:
    """The change that works is in the result, the card says it and offers it, and its press makes it the account."""
    assert row.after is not None
    fix = next(fix for fix in result.fixes if fix.remedy == row.remedy)
    assert fix.cause == row.cause
    assert {name: getattr(fix.after, name) for name in row.after} == row.after
    assert (card.fix, card.primary) == (fix, button)
    cards = len(program.wizard.check.cards)
    while cards:  # a change at each side is accepted by a press of its own
        program.click(faces.remedies(program.wizard.check.cards[0])[0])
        cards -= 1
        program.wait(partial(has_cards, program, cards))
    assert program.wizard.check.heading.text() == "Both servers work"
    account = result.verified_account()
    assert account is not None
    side = account.incoming if fix.protocol.value != "smtp" else account.outgoing
    assert side is not None
    kept = {"host": side.host, "port": side.port, "security": side.security, "username": side.username}
    assert {name: kept[name] for name in row.after} == row.after
    program.go_on()
    assert program.wizard.window.currentPage() is program.wizard.test


def has_cards(program: Program, number: int) -> bool:
    return len(program.wizard.check.cards) == number


FIELDS = {Field.PASSWORD: "account", Field.ADDRESS: "account", Field.OUTGOING_USERNAME: "settings"}


def came_of_it(row: Row, offered: tuple[Remedy, ...], program: Program, before: CheckResult, browser: Browser) -> str:
    """What the first button did: a page opened, a field to type in, a letter, a copy, or a check with its verdict.

    Returns what can be read of it.
    """
    wizard = program.wizard
    match next(remedy for remedy in offered if remedy.id == row.remedy).action:
        case OpenUrl(url):
            assert browser.pages == [url] == [row.target]
            return url
        case CopyText():
            copied = " ".join(QGuiApplication.clipboard().text().split())
            assert str(row.target) in copied, copied
            return copied
        case AskAdministrator():
            letter = program.dialog("administrator-dialog")
            text = letter.findChild(QPlainTextEdit, "administrator-message")
            assert text is not None
            written = " ".join(text.toPlainText().split())
            letter.close()
            assert str(row.target) in written, written
            assert PASSWORD not in written
            return written
        case EditField(field):
            assert field.value == row.target
            page = wizard.window.current_page()
            assert page is not None
            program.wait(lambda: isinstance(wizard.window.focusWidget(), QWidget))
            assert page.name == FIELDS.get(field, "test")
            assert field_of(field, program).isAncestorOf(wizard.window.focusWidget()) or (
                field_of(field, program) is wizard.window.focusWidget()
            )
            return ""
        case Wait() | TryAgain():
            again = program.checked(before)
            assert wizard.window.currentPage() is wizard.check
            if row.sends or row.test_to:  # the check itself was right, and the message can be sent once more
                assert again.verdict is Verdict.WORKS
                return ""
            assert (again.verdict, again.diagnoses[0].cause) == (row.verdict, row.cause)
            return ""
        case ChangeSettings():
            again = program.checked(before)
            assert again is not before
            return ""
        case other:
            raise AssertionError(other)


def field_of(field: Field, program: Program) -> QWidget:
    """The field the cursor has to be in."""
    wizard = program.wizard
    match field:
        case Field.PASSWORD:
            return wizard.account.password_field
        case Field.ADDRESS:
            return wizard.account.address_field
        case Field.OUTGOING_USERNAME:
            return wizard.settings.sending
        case _:
            return wizard.test.to_field


for _row in ROWS:
    globals()[f"test_seed_{_row.id}_{_row.what}_on_the_command_line"] = command_line_test(_row)
    globals()[f"test_seed_{_row.id}_{_row.what}_in_the_window"] = window_test(_row)
