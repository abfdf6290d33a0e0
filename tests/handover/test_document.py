from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handover.accounts import ADDRESS, CANARY, WHEN, diagnosis_document, failed, smtp, works
from wizard.errors import HandoverError, MailwrightError, UsageError
from wizard.handover.case import case_code
from wizard.handover.document import check_document, verified_account
from wizard.model.account import CheckResult, Verdict
from wizard.model.draft import AccountDraft


def test_the_document_of_the_contract() -> None:
    document = check_document(works(), diagnosis_document=diagnosis_document)
    assert document == {
        "schema": "mailwright/check/1",
        "case": case_code(works()),
        "address": "ada@example.org",
        "verdict": "works-after-fix",
        "provider": "example",
        "elapsed_s": 2.0,
        "started_at": "2026-11-21T12:30:00+00:00",
        "outgoing": {
            "protocol": "smtp",
            "host": "smtp.example.org",
            "port": 465,
            "security": "tls",
            "username": "ada@example.org",
            "auth": "PLAIN",
            "source": "preset",
            "trusted": True,
            "status": "verified",
            "max_message_bytes": 35882577,
        },
        "incoming": {
            "protocol": "imap",
            "host": "imap.example.org",
            "port": 993,
            "security": "tls",
            "username": "ada@example.org",
            "auth": "IMAP LOGIN",
            "source": "preset",
            "trusted": True,
            "status": "verified",
        },
        "round_trip": {
            "status": "arrived",
            "folder": "INBOX",
            "is_junk": False,
            "seconds": 2.1,
            "spf": "pass",
            "dkim": "pass",
            "dmarc": "pass",
        },
        "diagnoses": [],
        "fixes": [
            {
                "cause": "connection-timed-out",
                "remedy": "use-port-465",
                "protocol": "smtp",
                "before": {"port": 587, "security": "starttls"},
                "after": {"port": 465, "security": "tls"},
            }
        ],
        "sign_in_attempts": {"smtp": 1, "imap": 1},
        "timeline": [],
        "notes": [],
        "limits": ["Largest message 34 MB, about 26 MB of attachments"],
        "asked": [],
    }
    assert json.loads(json.dumps(document)) == document


def test_a_timeline_entry_tells_error_reply_and_capabilities() -> None:
    document = check_document(failed(), diagnosis_document=diagnosis_document)
    assert document["timeline"] == [
        {
            "t_s": 0.2,
            "protocol": "smtp",
            "server": "smtp.example.org:465",
            "stage": "auth",
            "outcome": "failed",
            "seconds": 0.011,
            "detail": {
                "method": "PLAIN",
                "other_username": "not for reports",
                "error": "reply",
                "reply": {"code": 535, "enhanced": "5.7.8", "text": "5.7.8 Authentication failed"},
                "capabilities": ["AUTH PLAIN LOGIN", "SIZE 35882577"],
            },
        }
    ]


@pytest.mark.parametrize(("wants", "status"), [(True, "failed"), (False, "skipped")])
def test_a_side_without_a_server_says_why(wants: bool, status: str) -> None:
    result = CheckResult(AccountDraft(ADDRESS, wants_incoming=wants), Verdict.FAILS, WHEN, 0.1)
    side = check_document(result, diagnosis_document=diagnosis_document)["incoming"]
    assert isinstance(side, dict)
    assert side["status"] == status
    assert side["host"] is None


def secrets_in(text: str) -> list[str]:
    blobs = [CANARY.encode(), b"\0ada@example.org\0" + CANARY.encode(), b"\0ada\0" + CANARY.encode()]
    forms = [CANARY, json.dumps(CANARY)[1:-1], "Kanarienvogel", *(base64.b64encode(blob).decode() for blob in blobs)]
    return [form for form in forms if form in text]


@pytest.mark.parametrize(
    "echo",
    [
        CANARY,
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(b"\0ada@example.org\0" + CANARY.encode()).decode(),
        base64.b64encode(b"\0ada\0" + CANARY.encode()).decode(),
    ],
)
def test_a_secret_a_server_echoes_is_masked(echo: str) -> None:
    result = failed(f"refused: {echo}")
    assert not secrets_in(json.dumps(check_document(result, diagnosis_document=diagnosis_document)))


def test_a_secret_that_is_a_word_of_ours_breaks_nothing() -> None:
    from msgspec.structs import replace

    from wizard.model.secret import Secret

    result = failed("no auth for smtp")
    result = replace(result, draft=replace(result.draft, secret=Secret("smtp")))
    document = check_document(result, diagnosis_document=diagnosis_document)
    assert document["diagnoses"][0]["protocol"] == "smtp"  # type: ignore[index]
    assert document["diagnoses"][0]["reply"]["text"] == "no auth for ***"  # type: ignore[index]


def test_a_servers_words_are_inert() -> None:
    text = json.dumps(
        check_document(failed("a\x1b[2Jb\u202ec\ud800d\0e"), diagnosis_document=diagnosis_document), ensure_ascii=False
    )
    assert not set(text) & set("\x1b\u202e\ud800\0")
    text.encode()


def test_a_document_gives_its_settings_back() -> None:
    document = json.loads(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    account = verified_account(document)
    assert account.outgoing == smtp()
    assert (account.incoming_auth, account.outgoing_auth) == ("IMAP LOGIN", "PLAIN")
    assert account.verified_at == WHEN


def test_only_what_was_verified_is_handed_over() -> None:
    document = check_document(failed(), diagnosis_document=diagnosis_document)
    assert verified_account(document).outgoing is None
    document["incoming"] = None
    with pytest.raises(HandoverError, match="nothing to hand over"):
        verified_account(document)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", 0),
        ("port", True),
        ("port", "465"),
        ("port", 99999),
        ("host", ""),
        ("host", None),
        ("host", "a$(x)b"),
        ("host", "a/b@c"),
        ("host", "<script>alert(1)</script>"),
        ("host", "smtp.example.org\nproxy evil.example"),
        ("username", 7),
        ("username", "ada\u202e@example.org"),
        ("username", "ada\nset x"),
        ("auth", "PLAIN\x1b[31m"),
        ("security", "ssl"),
        ("protocol", "imap"),
        ("protocol", "smtps"),
        ("source", "rumour"),
    ],
)
def test_a_document_with_a_wrong_value_is_refused(key: str, value: object) -> None:
    document = check_document(works(), diagnosis_document=diagnosis_document)
    document["outgoing"][key] = value  # type: ignore[index]
    with pytest.raises(UsageError):
        verified_account(document)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["address", "outgoing", "incoming", "provider", "started_at"]), JSON_VALUES))
def test_no_document_makes_it_stumble(document: dict[str, object]) -> None:
    with pytest.raises(MailwrightError):
        verified_account({"schema": "mailwright/check/1", **document})
    with pytest.raises(UsageError):
        verified_account(document)


@pytest.mark.parametrize("started", [None, "yesterday", 7])
def test_a_document_without_its_time_was_proven_now_and_a_time_without_zone_is_utc(started: object) -> None:
    document = json.loads(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    before = datetime.now(UTC)
    assert before <= verified_account(document | {"started_at": started}).verified_at <= datetime.now(UTC)
    assert verified_account(document | {"started_at": "2026-11-21T12:30:00"}).verified_at == WHEN
