from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.handover.accounts import CANARY, diagnosis_document, failed, works
from tests.handover.test_document import JSON_VALUES
from tests.lab.stage import smtp, stage
from wizard import __version__
from wizard.errors import UsageError
from wizard.handover.case import case_code
from wizard.handover.report import (
    MAX_BYTES,
    load_report,
    read_report,
    report_bytes,
    report_document,
    report_name,
    report_text,
    write_report,
)
from wizard.model.account import CheckResult
from wizard.model.address import Address

HOSTILE = (
    "<script>alert(1)</script><img src=http://eve.example.net/x onerror=a()> <a href='javascript:1'>x</a> "
    "=cmd|' /C calc'!A0 \x1b[31m \u202e \0 ada@example.org for ada \"quoted\" &amp; https://eve.example.net/"
)


def report(result: CheckResult | None = None, *, mask_addresses: bool = True) -> dict[str, object]:
    return report_document(result or failed(), diagnosis_document=diagnosis_document, mask_addresses=mask_addresses)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def page(document: dict[str, object]) -> str:
    return report_bytes(document, ".html").decode()


def test_the_report_tells_what_was_tried_and_what_the_server_said() -> None:
    text = report_bytes(report(), ".txt").decode()
    for words in (
        "It does not work yet.",
        "The server refused this password",
        "The server's reply  535 5.7.8 Authentication failed",
        "Type the password once more",
        "1. Look at caps lock",
        "smtp.example.org:465",
        "Conversation: smtp smtp.example.org:465",
        "> AUTH PLAIN ***",
        "203.0.113.7",
        f"Mailwright {__version__}",
    ):
        assert words in text


def test_a_test_message_is_told_where_one_was_sent() -> None:
    sent = report_bytes(report(works()), ".txt").decode()
    assert "\nTest message\n" in sent
    assert "INBOX" in sent
    assert "Test message" not in report_bytes(report(failed()), ".txt").decode()


def test_addresses_are_masked_unless_asked_otherwise() -> None:
    masked = json.dumps(report(failed("no mailbox ada@example.org; user ada; Eve Adams <eve.adams@example.net>")))
    assert "ada@" not in masked
    assert "user a***;" in masked
    assert "e***@example.net" in masked
    assert "example.org" in masked
    assert "ada@example.org" in json.dumps(report(mask_addresses=False))


def test_masking_leaves_the_words_of_the_document_alone() -> None:
    result = failed()
    named_smtp = replace(result, draft=replace(result.draft, address=Address.parse("smtp@example.org")))
    check = report(named_smtp)["check"]
    assert isinstance(check, dict)
    assert check["address"] == "s***@example.org"
    assert check["outgoing"]["protocol"] == "smtp"
    assert check["timeline"][0]["protocol"] == "smtp"


def test_only_what_is_listed_gets_in() -> None:
    assert "not for reports" not in json.dumps(report())
    assert "Ada Example" not in json.dumps(report())


@pytest.mark.parametrize("suffix", [".json", ".html", ".txt"])
def test_no_form_holds_the_secret(suffix: str) -> None:
    assert b"Kanarienvogel" not in report_bytes(report(failed(f"you said {CANARY}")), suffix)


@pytest.mark.parametrize("text", [HOSTILE, "</pre></td></table><svg onload=a()>", "</style><script>"])
def test_the_page_holds_no_active_tag_and_loads_nothing(text: str) -> None:
    shown = page(report(failed(text)))
    tags = Tags(shown).seen
    inert_tags = {
        *("html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p"),
        *("table", "thead", "tbody", "tr", "th", "td", "pre"),
    }
    assert {tag for tag, _ in tags} <= inert_tags
    assert {name for _, attributes in tags for name in attributes} <= {
        "id",
        "hidden",
        "lang",
        "charset",
        "http-equiv",
        "content",
        "scope",
    }
    assert not set(shown) & set("\x1b\u202e\0")
    assert "default-src 'none'" in shown
    assert "url(" not in shown.split("</style>")[0]


@pytest.mark.slow
@given(st.text(max_size=200))
def test_no_server_text_opens_a_tag(text: str) -> None:
    plain = [tag for tag, _ in Tags(page(report(failed("plain")))).seen]
    assert [tag for tag, _ in Tags(page(report(failed(text or "x")))).seen] == plain


def test_the_text_form_has_no_control_characters() -> None:
    text = report_bytes(report(failed(HOSTILE)), ".txt").decode()
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "\u202e" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files as POSIX has them")
def test_a_saved_report_opens_as_it_was(tmp_path: Path) -> None:
    document = report()
    write_report(tmp_path / "report.json", document)
    assert load_report(tmp_path / "report.json") == document
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o600


def test_a_checks_own_json_opens_as_a_report(tmp_path: Path) -> None:
    from wizard.handover.document import check_document

    path = tmp_path / "check.json"
    path.write_text(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    assert "It works, after a change." in report_text(load_report(path))


def test_the_case_code_is_the_reports_own() -> None:
    assert report()["case"] == report()["case"]
    assert report()["case"] != report(works())["case"]


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.exe"])
def test_another_ending_is_answered_with_ours(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.json, \.html or \.txt"):
        write_report(tmp_path / name, report())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[" * 100_000,
        '{"a":' * 100_000,
        "1" * 10_000,
        "null",
        '{"schema": "other"}',
        '"mailwright/report/1"',
    ],
    ids=["empty", "lists", "objects", "digits", "null", "schema", "text"],
)
def test_what_is_no_report_is_said_in_a_sentence(content: str) -> None:
    with pytest.raises(UsageError, match="not a report"):
        read_report(content)


def test_a_file_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageError, match="larger than 8 MiB"):
        report_text(load_report(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_report_that_a_shell_redirected_is_one(encoding: str, tmp_path: Path) -> None:
    """PowerShell 5 writes UTF-16 for `>`."""
    path = tmp_path / "report.json"
    path.write_bytes(json.dumps({"schema": "mailwright/check/1", "verdict": "works"}).encode(encoding))
    assert "works" in str(load_report(path))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load_report(tmp_path / "missing.json")


SECTIONS = st.sampled_from(
    ["verdict", "diagnoses", "fixes", "outgoing", "round_trip", "timeline", "address", "elapsed_s", "started_at"]
)


@pytest.mark.slow
@given(
    check=st.dictionaries(SECTIONS, JSON_VALUES),
    rest=st.dictionaries(st.sampled_from(["conversations", "case"]), JSON_VALUES),
)
def test_any_json_under_our_schema_shows_as_inert_text(check: dict[str, object], rest: dict[str, object]) -> None:
    content = json.dumps({"schema": "mailwright/report/1", "check": check, **rest})
    text = report_text(read_report(content))
    assert not any(ord(char) < 32 and char != "\n" for char in text)


def test_a_bloated_report_is_shortened() -> None:
    lines = ["x" * 100_000] * 5000
    content = json.dumps({"schema": "mailwright/report/1", "conversations": [{"lines": lines[:70]}] * 2})
    assert len(content) > MAX_BYTES
    text = report_text(read_report(content))
    assert len(text) < 500_000


async def test_the_refused_command_stands_in_the_report_of_a_real_check() -> None:
    refusing = smtp("mail.example.org", rcpt_reply="550 5.7.1 <{address}>: Recipient address rejected")
    async with stage("ada@example.org", refusing) as scene:
        draft = replace(scene.draft(outgoing="mail.example.org:465"), wants_incoming=False)
        result = await scene.session.check(draft)
    timeline = json.loads(report_bytes(report(result), ".json"))["check"]["timeline"]
    assert [entry["detail"]["command"] for entry in timeline if entry["stage"] == "envelope"] == ["rcpt"]


def test_what_lies_deep_in_a_strangers_report_is_left_out() -> None:
    document = {"check": {"provider": [["shallow", [["deep"]]]]}, "schema": "mailwright/report/1"}
    text = report_text(document)
    assert "shallow" in text
    assert "deep" not in text


def test_a_page_opens_again_and_says_the_same(tmp_path: Path) -> None:
    hostile = report(failed(HOSTILE), mask_addresses=False)
    path = tmp_path / f"{report_name(hostile)}.html"
    write_report(path, hostile)
    assert load_report(path) == json.loads(json.dumps(hostile))
    tags = Tags(path.read_text()).seen
    assert not {"script", "img", "a", "template"} & {tag for tag, _ in tags}
    assert [attrs for tag, attrs in tags if "hidden" in attrs] == [{"id": "mailwright-report", "hidden": None}]


def test_a_page_without_a_report_in_it_is_refused() -> None:
    with pytest.raises(UsageError, match="not a report"):
        read_report("<!doctype html><pre>{}</pre>")
    with pytest.raises(UsageError, match="not a report"):
        read_report('<pre id="mailwright-report" hidden>{&quot;schema&quot;: 1}</pre>')


def test_the_case_is_in_the_files_name_and_whom_to_ask_on_the_page() -> None:
    document = report_document(
        failed(), diagnosis_document=diagnosis_document, helpdesk={"name": "Example helpdesk", "phone": "+49 30 1234"}
    )
    assert report_name(document) == f"mailwright-{case_code(failed())}"
    assert report_name({"case": "../../etc"}) == "mailwright-report"
    assert "Whom to ask\n===========\nName   Example helpdesk\nPhone  +49 30 1234\n" in report_text(document)
