"""The whole run without a window: verdicts, exit codes and the contract's document."""

from __future__ import annotations

import argparse
import json
from time import process_time
from typing import Any

import pytest

from wizard import assets
from wizard.cli.main import main
from wizard.practice.scenarios import Scenario, load_scenarios

SCENARIOS = load_scenarios(assets.resources() / "practice")


def _checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["check", *words, "--json", "--quiet"])
    told = capsys.readouterr()
    assert told.err == ""
    lines = told.out.splitlines()
    assert len(lines) == 1, "one document and nothing else"
    document: dict[str, Any] = json.loads(lines[0])
    return code, document


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_every_practice_account_gives_its_cause(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    account = scenario.account
    code, document = _checked(capsys, account.address, "--practice", "--test-message")
    assert document["schema"] == "mailwright/check/1"
    causes = [found["cause"] for found in document["diagnoses"]]
    assert causes[:1] == ([account.cause] if account.cause else [])
    if account.cause is None:
        assert (code, document["verdict"]) == (0, "works")
    elif account.fixable:
        assert (code, document["verdict"]) == (3, "works-after-fix")
        assert document["fixes"][0]["cause"] == account.cause
        assert document["round_trip"]["status"] == "arrived"
    else:
        assert (code, document["verdict"]) == (1, "fails")
        assert document["diagnoses"][0]["remedies"], "every card has something that can be done"
    assert account.password not in json.dumps(document)


def test_a_working_account_is_told_to_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = _checked(capsys, "ada@all-well.example", "--practice", "--test-message")
    assert code == 0
    assert set(document) >= {
        "schema", "address", "verdict", "provider", "elapsed_s", "outgoing", "incoming", "round_trip", "diagnoses",
        "fixes", "sign_in_attempts", "timeline",
    }  # fmt: skip
    assert document["outgoing"] | {"max_message_bytes": 0} == {
        "protocol": "smtp", "host": "smtp.all-well.example", "port": 465, "security": "tls",
        "username": "ada@all-well.example", "auth": "PLAIN", "source": document["outgoing"]["source"], "trusted": True,
        "status": "verified", "max_message_bytes": 0,
    }  # fmt: skip
    assert document["incoming"]["status"] == "verified"
    assert document["sign_in_attempts"] == {"smtp": 1, "imap": 1}
    assert document["round_trip"]["folder"] == "INBOX"
    stages = {(entry["protocol"], entry["stage"]) for entry in document["timeline"] if entry["outcome"] == "ok"}
    assert stages >= {("smtp", stage) for stage in ("dns", "connect", "tls", "greeting", "auth", "envelope", "message")}
    assert ("imap", "auth") in stages


def test_reach_and_encrypt_only(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = _checked(capsys, "ada@all-well.example", "--practice", "--no-sign-in")
    assert (code, document["outgoing"]["status"], document["incoming"]["status"]) == (0, "reached", "reached")
    assert document["sign_in_attempts"] == {}


def test_diagnosis_without_trying_other_settings(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = _checked(capsys, "ada@port-closed.example", "--practice", "--no-autofix")
    assert (code, document["diagnoses"][0]["cause"], document["fixes"]) == (1, "connection-refused", [])


def test_the_deadline_ends_a_run_without_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = _checked(capsys, "ada@wrong-port.example", "--practice", "--deadline", "0.5")
    assert (code, document["verdict"]) == (4, "undecided")
    assert document["outgoing"]["host"] == "post.wrong-port.example"


def test_the_deadline_counts_from_the_start_of_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    since = process_time()
    monkeypatch.setattr("wizard.cli.options.process_time", lambda: since + 60.0)  # as if its imports took a minute
    code, document = _checked(capsys, "ada@all-well.example", "--practice", "--deadline", "60")
    assert (code, document["verdict"], document["sign_in_attempts"]) == (4, "undecided", {})
    code, document = _checked(capsys, "ada@all-well.example", "--practice", "--deadline", "90")
    assert (code, document["verdict"]) == (0, "works")


def test_the_deadline_of_a_program_counts_from_before_its_first_import(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[float] = []

    def run(args: argparse.Namespace) -> int:
        began.append(args.began_s)
        return 0

    monkeypatch.setattr("wizard.cli.check.run", run)
    monkeypatch.setattr("sys.argv", ["mailwright", "check", "ada@example.org"])
    assert main() == 0
    assert began == [0.0]  # of the processor time, which a process begins with none of
    assert main(["check", "ada@example.org"]) == 0
    assert began[1] > 0.0


def test_a_monitoring_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "ada@all-well.example", "--practice", "--nagios", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("MAIL OK - ada@all-well.example")
    assert main(["check", "ada@wrong-password.example", "--practice", "--nagios", "--quiet"]) == 2
    assert capsys.readouterr().out.startswith("MAIL CRITICAL - ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ada"], "has an @"),
        (["ada@example.org", "--outgoing", "smtp.example.org:0"], "from 1 to 65535"),
        (["ada@example.org", "--outgoing", "smtp.example.org:99999"], "from 1 to 65535"),
        (["ada@example.org", "--password-env", "MAILWRIGHT_TEST_NOT_SET"], "empty or not set"),
        (["ada@example.org", "--password-file", "/nonexistent/file"], "does not exist"),
        (["ada@example.org", "--no-incoming", "--no-outgoing"], "nothing to check"),
        (["ada@example.org", "--deadline", "0"], "--deadline"),
        (["ada@example.org", "--trust-certificate", "abc"], "64 hexadecimal"),
        (["ada@example.org", "--report", "report.pdf"], ".json, .html or .txt"),
        (["ada@example.org", "--nameserver", "dns.example.org"], "IP address"),
        (["ada@example.org", "--ca-file", "/nonexistent.pem"], "does not exist"),
        (["ada@example.org", "--username", "ada\x01"], "another character that cannot be typed"),
    ],
)
def test_wrong_input_gets_a_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def test_an_empty_password_file(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "password"
    empty.write_text("\n")
    assert main(["check", "ada@example.org", "--password-file", str(empty)]) == 2
    assert "The password is empty" in capsys.readouterr().err


MISTYPED = ("check", "ada@gmial.com", "--practice", "--password-env", "WORD", "--quiet")


def test_a_mistyped_provider_is_questioned_and_yes_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "tulip-wagon-64")
    assert main([*MISTYPED]) == 1
    told = capsys.readouterr().out
    assert "Did you mean ada@gmail.com?" in told
    assert "  - Use ada@gmail.com\n" in told
    assert told.rstrip().endswith("To agree, run the same command with --yes.")
    code, document = _checked(capsys, *MISTYPED[1:-1])
    assert (code, document["verdict"]) == (1, "fails")
    assert (document["diagnoses"][0]["cause"], document["diagnoses"][0]["stage"]) == ("address-mistyped", "input")
    assert (document["timeline"], document["sign_in_attempts"]) == ([], {})
    code, document = _checked(capsys, *MISTYPED[1:-1], "--yes")
    assert "address-mistyped" not in [found["cause"] for found in document["diagnoses"]]


@pytest.mark.parametrize(("answer", "goes_on"), [("y", True), ("", False), ("no", False)])
def test_at_a_terminal_a_mistyped_provider_is_asked_about(
    answer: str, goes_on: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def reply(question: str = "") -> str:
        asked.append(question)
        return answer

    monkeypatch.setenv("WORD", "tulip-wagon-64")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", reply)
    main([*MISTYPED])
    told = capsys.readouterr()
    assert asked == ["Is ada@gmial.com right all the same? [y/N] "]
    assert "Did you mean ada@gmail.com?" in told.err
    assert ("Did you mean" not in told.out) is goes_on


def test_reaching_servers_needs_no_question(capsys: pytest.CaptureFixture[str]) -> None:
    _, document = _checked(capsys, "ada@gmial.com", "--practice", "--no-sign-in")
    assert "address-mistyped" not in [found["cause"] for found in document["diagnoses"]]
