"""`mailwright explain` and `mailwright catalogue` as they are typed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.commands import run
from wizard.assets import resources
from wizard.cli import catalogue, explain
from wizard.cli.main import main
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.fact_keys import KEYS
from wizard.diagnosis.samples import load_sayings
from wizard.diagnosis.skeleton import BLANK_TITLE, BLANK_WHY
from wizard.errors import UsageError

REPLY = "534-5.7.9 Application-specific password required.\n534 5.7.9 gsmtp"


def test_a_text_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(explain, REPLY) == 0
    out = capsys.readouterr().out
    assert out.startswith("Gmail wants an app password here")
    assert "app-password-required" in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(explain, REPLY, "--json", "--stage", "auth", "--server", "smtp.gmail.com") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["cause"], document["stage"], document["server"]) == (
        "app-password-required",
        "auth",
        "smtp.gmail.com",
    )
    assert document["remedies"][0]["id"] == "create-app-password"
    assert document["remedies"][0]["action"] == "open-url"


def test_standard_input_of_any_bytes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe 550 5.1.1 User unknown \x00")))
    assert run(explain, "-", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cause"] == "recipient-unknown"


def test_an_unknown_text_says_what_was_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(explain, "299 xyzzy plugh", "--protocol", "pop", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cause"] == "unknown"
    assert document["understood"] == ["receiving mail (POP)"]
    assert document["confidence"] < 0.6


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_secret_beside_the_error_is_told_to_nobody(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pasted = 'server.login("ada@example.org", "hunter2")\nsmtplib.SMTPAuthenticationError: (535, b"5.7.8 Error")'
    assert run(explain, pasted, *words) == 0
    said = capsys.readouterr()
    assert "bad-credentials" in said.out
    assert "hunter2" not in said.out + said.err


def test_nothing_to_explain() -> None:
    with pytest.raises(UsageError):
        run(explain, "  ")


def test_lines_are_answered_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": "a", "text": REPLY, "stage": "auth", "protocol": "smtp", "server": None},
        {"id": 2, "text": "552 5.2.2 mailbox full", "stage": "rcpt"},
    ]
    path = tmp_path / "lines"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    assert run(explain, "--lines", str(path), "--json") == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(answer["id"], answer["cause"]) for answer in answers] == [
        ("a", "app-password-required"),
        (2, "recipient-mailbox-full"),
    ]
    assert set(answers[0]) == {"id", "cause", "confidence", "title", "remedies"}


def test_an_unsure_line_names_what_is_likely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines"
    path.write_text('{"id": 1, "text": "Certificate"}\n{"id": 2, "text": "xyzzy plugh"}\n', encoding="utf-8")
    assert run(explain, "--lines", str(path), "--json") == 0
    named, unnamed = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert named["confidence"] < 0.6
    assert [set(each) for each in named["likely"]] == [{"cause", "confidence", "title", "question"}] * 3
    assert unnamed["likely"] == []


def test_people_are_asked_what_decides(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(explain, "Certificate") == 0
    said = capsys.readouterr().out
    assert "Most likely:" in said
    assert "Does the certificate name another server than the one entered?" in said


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"id": 1}',
        b'{"text": 5}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 9_999,
        b'{"id": NaN, "text": "552 mailbox full"}',
        b'{"id": [-1e999], "text": "552 mailbox full"}',
        b"\0\xff",
        b'"\xe9',
    ],
)
def test_a_bad_line_is_told_and_costs_no_other(tmp_path: Path, line: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.dumps({"id": "b", "text": "552 5.2.2 mailbox full", "stage": "rcpt"}).encode()
    path = tmp_path / "lines"
    path.write_bytes(good + b"\n" + line + b"\n" + good + b"\n")
    assert run(explain, "--lines", str(path)) == 0
    answers = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [answer["cause"] for answer in answers] == ["recipient-mailbox-full", None, "recipient-mailbox-full"]
    assert answers[1]["line"] == 2
    assert "Line 2" in answers[1]["error"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.slow
def test_lines_as_windows_writes_them(tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(json.dumps({"id": f"ü{i}", "text": REPLY}, ensure_ascii=False) + "\r\n" for i in range(3_000))
    path = tmp_path / "lines"
    path.write_bytes((("\ufeff" if encoding == "utf-16-be" else "") + text).encode(encoding))
    assert run(explain, "--lines", str(path)) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == [f"ü{i}" for i in range(3_000)]
    assert {answer["cause"] for answer in answers} == {"app-password-required"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_text_from_a_pipe_of_windows(
    encoding: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"Anmeldung für ü: {REPLY}".encode(encoding))))
    assert run(explain, "-", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cause"] == "app-password-required"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing-there"):
        run(explain, "--lines", str(tmp_path / "nothing-there"))


@pytest.mark.slow
def test_a_thousand_lines_are_answered_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines"
    path.write_text(
        "".join(json.dumps({"id": i, "text": f"{REPLY} {i}"}) + "\n" for i in range(1_000)), encoding="utf-8"
    )
    assert run(explain, "--lines", str(path), "--json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1_000


@pytest.mark.slow
def test_the_catalogue_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(catalogue, "check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []


@pytest.mark.slow
def test_one_file_is_checked_with_all_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "auth" / "smart-card-required.toml"
    path.parent.mkdir()
    path.write_text(
        'title = "The server wants a smart card"\nwhy = "It says so."\n[[match]]\ntext = "smart card required"\n'
        '[[remedy]]\nid = "try-again"\nsay = "Check again"\ndo = "try-again"\n'
        '[[sample]]\ntext = "535 Smart card required"\n',
        encoding="utf-8",
    )
    assert run(catalogue, "check", str(path)) == 0
    path.write_text(
        path.read_text(encoding="utf-8").replace("535 Smart card", "Relay access denied, no card"), encoding="utf-8"
    )
    assert run(catalogue, "check", str(path)) == 1
    assert "relay-denied" in capsys.readouterr().out


CARD = """\
title = "The server wants a smart card"
why = "It says so."
[[match]]
text = "smart card required"
[[remedy]]
id = "ask-for-a-card"
say = "Ask the helpdesk for a card"
do = "try-again"
"""


@pytest.mark.slow
def test_a_cause_without_a_sample_or_with_names_of_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "auth" / "smart-card-required.toml"
    path.parent.mkdir()
    path.write_text('explains = ["bad-credential"]\n' + CARD + 'when = { provider = "gmial" }\n', encoding="utf-8")
    assert run(catalogue, "check", str(path)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "smart-card-required: has no sample, so nothing proves it.",
        "smart-card-required: explains “bad-credential”, which is no cause.",
        "smart-card-required: names the provider “gmial”, which is neither a preset nor a family.",
        _last_line(path),
    ]


def _last_line(path: Path) -> str:
    known = Catalogue.load([resources() / "diagnoses"], with_samples=True).causes.values()
    assert path.stem not in {cause.id for cause in known}
    samples = len(load_sayings()) + sum(len(cause.samples) for cause in known)
    return f"{len(known) + 1} causes, {samples} samples: 3 faults."


@pytest.mark.slow
def test_a_new_cause_around_a_reply_is_valid_and_proven_and_holds_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = tmp_path / "reply.txt"
    reply.write_text(
        "AUTH PLAIN AGFkYQBwdy1TZWNyZXQtOTE=\n535 5.7.8 Insert the smart card of bob@corp.example first\n", "utf-8"
    )
    words = ("new", "smart-card-required", "--from", str(reply), "--protocol", "smtp", "--into", str(tmp_path))
    assert run(catalogue, *words) == 0
    path = tmp_path / "auth" / "smart-card-required.toml"
    written = path.read_text("utf-8")
    assert "insert the smart card of" in written
    assert "AGFkYQBwdy1TZWNyZXQtOTE" not in written
    assert "bob@corp.example" not in written
    assert run(catalogue, "check", str(path)) == 1
    assert "smart-card-required: its title and why are still to be written." in capsys.readouterr().out
    edited = written.replace(BLANK_TITLE, "The server wants a smart card").replace(BLANK_WHY, "It takes no password.")
    path.write_text(edited, "utf-8")
    assert run(catalogue, "check", str(path)) == 0, capsys.readouterr().out
    with pytest.raises(UsageError, match="exists already"):
        run(catalogue, *words)
    reply.write_text("535\n", "utf-8")
    with pytest.raises(UsageError, match="no words"):
        run(catalogue, "new", "other-cause", "--from", str(reply), "--into", str(tmp_path))


def test_the_page_of_facts_in_the_docs_is_the_one_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(catalogue, "facts") == 0
    page = (resources().parent / "docs" / "FACTS.md").read_text("utf-8")
    assert capsys.readouterr().out == page, "run: mailwright catalogue facts > docs/FACTS.md"
    assert run(catalogue, "facts", "--json") == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert set(facts) == set(KEYS)
    assert "signed-in" in facts["seen"]["values"]


@pytest.mark.slow
def test_a_pack_teaches_causes_and_families_that_go_before_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pack" / "diagnoses"
    (folder / "auth").mkdir(parents=True)
    (folder / "auth" / "smart-card-required.toml").write_text(CARD, "utf-8")
    (folder / "auth" / "too-many-attempts.toml").write_text(
        CARD.replace("The server wants a smart card", "Wait, says the helpdesk").replace(
            "smart card", "too many tries"
        ),
        "utf-8",
    )
    (folder / "providers.toml").write_text('[corp]\nname = "Our own mail"\nhosts = ["corp.example"]\n', "utf-8")
    text = "535 Smart card required"
    assert run(explain, text, "--json") == 0
    assert json.loads(capsys.readouterr().out)["cause"] == "bad-credentials"
    pack = ("--pack", str(tmp_path / "pack"))
    assert run(explain, text, "--json", *pack) == 0
    assert json.loads(capsys.readouterr().out)["cause"] == "smart-card-required"
    assert run(explain, "535 Too many tries required", *pack) == 0
    assert capsys.readouterr().out.startswith("Wait, says the helpdesk")
    assert run(explain, "535 5.7.8 Bad credentials", "--server", "mail.corp.example", *pack) == 0
    assert capsys.readouterr().out.startswith("Our own mail did not accept")
    assert run(catalogue, "check", *pack) == 1
    assert "smart-card-required: has no sample" in capsys.readouterr().out


def test_a_callers_code_is_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."]
    assert main([*words, "--json"]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert main(["explain", "--code", seen["code"].lower().replace("-", " "), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["title"], told["cause"], told["code"]) == (seen["title"], "smtp-auth-disabled", seen["code"])
    assert main(["explain", "--code", "A3F-K9"]) == 2
    assert "six letters and digits" in capsys.readouterr().err
    assert main(["explain", "words", "--code", seen["code"]]) == 2
