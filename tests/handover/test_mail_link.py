from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from msgspec.structs import replace

from tests.handover.accounts import account
from wizard.handover.mail_link import MAX_MAILTO, mail_link, sheet_link, takes_mail_links
from wizard.handover.sheet import Row, Target
from wizard.handover.targets import sheet, targets


def body(link: str) -> str:
    return parse_qs(urlsplit(link).query)["body"][0]


def test_the_message_is_to_oneself_and_has_the_whole_sheet() -> None:
    shown = sheet("other", account())
    link = sheet_link(shown, "ada@example.org")
    assert unquote(urlsplit(link).path) == "ada@example.org"
    assert parse_qs(urlsplit(link).query)["subject"] == [shown.title]
    lines = body(link).split("\r\n")
    assert lines[: len(shown.steps)] == [f"{number}. {step}" for number, step in enumerate(shown.steps, 1)]
    assert [f"{row.label}: {row.value}" for row in shown.rows] == [line for line in lines if ": " in line][
        -len(shown.rows) :
    ]
    assert list(dict.fromkeys(row.group for row in shown.rows)) == [line for line in lines if line.endswith(")")]


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.id)
def test_no_link_is_too_long_for_windows_and_each_has_the_servers(target: Target) -> None:
    shown = sheet(target.id, account())
    link = sheet_link(shown, "ada@example.org")
    assert len(link) <= MAX_MAILTO
    assert all(row.value in body(link).replace("\r\n", "\n") for row in shown.rows if "\n" not in row.value)


def test_a_sheet_that_is_far_too_long_leaves_a_place_to_paste_it() -> None:
    shown = sheet("other", account())
    long = replace(shown, rows=tuple(Row(f"row-{n}", "Label", "value " * 9, "Group") for n in range(60)))
    assert body(sheet_link(long, "ada@example.org")) == "(Press “Copy all” and paste it here.)"


@pytest.mark.parametrize(
    "to", ["a&b=c?d#e@example.org", "ada+mail@example.org", '"a b"@example.org', "%0d%0aBcc:x@example.org"]
)
def test_an_odd_address_stays_one_address(to: str) -> None:
    link = mail_link("Subject: ä & more", ("One\nTwo",), to)
    assert unquote(urlsplit(link).path) == to
    assert parse_qs(urlsplit(link).query) == {"subject": ["Subject: ä & more"], "body": ["One\r\nTwo"]}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell it beforehand")
@pytest.mark.parametrize(
    ("script", "takes"),
    [("echo letters.desktop", True), ("true", False), ("exit 3", False), (None, True)],
    ids=["a program", "none", "refused", "no xdg-mime"],
)
def test_whether_a_program_takes_such_links(
    script: str | None, takes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        command = tmp_path / "xdg-mime"
        command.write_text(f'#!/bin/sh\n[ "$*" = "query default x-scheme-handler/mailto" ] || exit 9\n{script}\n')
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert takes_mail_links() is takes
