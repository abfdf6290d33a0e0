"""What monitors read."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import prometheus_client.parser as older
import pytest
from defusedxml import ElementTree
from prometheus_client.openmetrics import parser

from tests.handover.accounts import failed, works
from wizard.cli import monitoring
from wizard.cli.main import main
from wizard.cli.monitoring import CRITICAL, OK, UNKNOWN, WARNING, Checked, Thresholds, judged

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HOSTILE = 'ada"\\|\n<x>@example.org'
LIMITS = Thresholds(warning_s=5, critical_s=10, warning_days=14, critical_days=3)


def account(seconds: float = 1.0, days: float | None = None, **more: object) -> Checked:
    until = NOW + timedelta(days=days) if days is not None else None
    return Checked("ada@example.org", **({"verdict": "works"} | more), seconds=seconds, certificate_until=until)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("checked", "state", "says"),
    [
        (account(), OK, "works"),
        (account(5.1), WARNING, "the check took 5.1 s, more than 5 s"),
        (account(10.5), CRITICAL, "the check took 10.5 s, more than 10 s"),
        (account(days=14.5), OK, "works"),
        (account(days=13.9), WARNING, "a certificate ends in 13 days, on 2026-12-10"),
        (account(9, days=2.5), CRITICAL, "a certificate ends in 2 days, on 2026-11-29"),
        (account(verdict="works-after-fix", says="It works, after a change"), WARNING, "It works, after a change"),
        (account(99, days=-1, verdict="fails", says="The password was refused"), CRITICAL, "The password was refused"),
        (account(verdict="undecided"), UNKNOWN, "undecided"),
        (account(verdict=None, says="No password is kept"), UNKNOWN, "No password is kept"),
    ],
)
def test_an_account_that_works_may_still_be_worth_a_warning(checked: Checked, state: int, says: str) -> None:
    assert judged(checked, LIMITS, NOW) == (state, says)


def test_a_plugin_says_one_line_with_figures_that_parse() -> None:
    code, told = monitoring.nagios([account(1.5, verdict="fails", cause="x", says="a | b\nc")], LIMITS)
    assert code == 2
    assert told == "MAIL CRITICAL - ada@example.org: a / b c (x) | time=1.500s;5;10;0"
    until = datetime.now(UTC) + timedelta(days=20, hours=1)
    code, told = monitoring.nagios([Checked("ada@example.org", "works", seconds=1.5, certificate_until=until)], LIMITS)
    assert (code, told.partition(" | ")[2]) == (0, "time=1.500s;5;10;0 certificate_days=20;14:;3:")


def test_several_accounts_are_counted_and_the_broken_ones_named() -> None:
    accounts = [
        account(),
        account(7),
        account(verdict="fails", cause="bad-credentials", says="No"),
        account(verdict=None),
    ]
    code, told = monitoring.nagios(accounts, LIMITS)
    assert code == 2
    assert told.splitlines() == [
        "MAIL CRITICAL - 2 of 4 accounts work: bad-credentials 1, not-checked 1"
        " | accounts=4;;;0 failed=2;;;0;4 slowest=7.000s;;;0",
        "WARNING: ada@example.org: the check took 7.0 s, more than 5 s",
        "CRITICAL: ada@example.org: No",
        "UNKNOWN: ada@example.org: not checked",
    ]
    assert monitoring.nagios([], LIMITS) == (3, "MAIL UNKNOWN - no account was checked")
    assert monitoring.nagios([account(), account(verdict=None)], LIMITS)[0] == UNKNOWN


def test_the_reference_parser_reads_the_metrics() -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    hostile = Checked(HOSTILE, "fails", 'c"\\', "No", 2.0, until)
    text = monitoring.metrics([account(1.25), hostile, Checked("eve@example.org", None)], now=NOW)
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # theirs has no types
        for sample in family.samples
    }
    name = 'ada"\\| <x>@example.org'
    assert samples[("mailwright_accounts", (("cause", "works"),))] == 1
    assert samples[("mailwright_account_up", (("address", name), ("cause", 'c"\\')))] == 0
    assert samples[("mailwright_account_check_seconds", (("address", name),))] == 2
    assert samples[("mailwright_account_certificate_end_timestamp_seconds", (("address", name),))] == until.timestamp()
    assert samples[("mailwright_run_timestamp_seconds", ())] == NOW.timestamp()
    assert len(list(older.text_string_to_metric_families(text))) == 5  # what the textfile collector reads


def test_the_rules_and_the_dashboard_ask_for_what_is_written() -> None:
    folder = Path(__file__).resolve().parents[2] / "packaging" / "monitoring"
    written = set(re.findall(r"^# TYPE (\S+)", monitoring.metrics([account(days=3)]), re.MULTILINE))
    dashboard = json.loads((folder / "grafana-dashboard.json").read_text())
    asked = {target["expr"] for panel in dashboard["panels"] for target in panel["targets"]}
    rules = (folder / "mailwright.rules.yml").read_text()
    named = {
        name for text in (*asked, *re.findall(r"expr: (.+)", rules)) for name in re.findall(r"mailwright_\w+", text)
    }
    assert named == written


def test_junit_has_a_test_for_each_account() -> None:
    root = ElementTree.fromstring(
        monitoring.junit([account(), Checked(HOSTILE, "fails", "bad-credentials", "a < b", 2.0), account(verdict=None)])
    )
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    failure = suite[1][0]
    assert (failure.tag, failure.get("type"), failure.get("message")) == ("failure", "bad-credentials", "a < b")
    assert suite[2][0].tag == "error"


def test_a_result_and_its_json_say_the_same() -> None:
    from tests.handover.accounts import diagnosis_document
    from wizard.handover.document import check_document

    for result in (works(), failed()):
        seen = monitoring.checked_of(result)
        document = json.loads(json.dumps(check_document(result, diagnosis_document=diagnosis_document)))
        read = monitoring.checked_of_document(document)
        assert (read.address, read.verdict, read.cause, read.certificate_until) == (
            seen.address,
            seen.verdict,
            seen.cause,
            seen.certificate_until,
        )


def test_check_writes_what_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        "--metrics",
        str(tmp_path / "m.prom"),
        "--junit",
        str(tmp_path / "j.xml"),
        "--json-log",
        str(tmp_path / "l"),
    ]
    words = ["check", "ada@all-well.example", "--practice", "--nagios", *files]
    assert main(words) == 0
    line = r"MAIL OK - ada@all-well\.example: works \| time=\d+\.\d{3}s;;;0 certificate_days=\d+;;\n"
    assert re.fullmatch(line, capsys.readouterr().out)
    assert main([*words, "--warning-days", "9999"]) == 1
    assert "a certificate ends in" in capsys.readouterr().out
    assert 'mailwright_account_up{address="ada@all-well.example",cause=""} 1\n' in (tmp_path / "m.prom").read_text()
    assert (tmp_path / "m.prom").stat().st_mode & 0o444 == 0o444
    assert ElementTree.parse(tmp_path / "j.xml").getroot().get("tests") == "1"
    logged = [json.loads(line) for line in (tmp_path / "l").read_text().splitlines()]
    assert [line["address"] for line in logged] == ["ada@all-well.example"] * 2
    assert main(["check", "ada@all-well.example", "--warning-seconds", "-1"]) == 2


def test_bulk_counts_over_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    table.write_text(
        "address,password\nada@all-well.example,practice-all-well\nada@expired.example,practice-expired\nno,x\n"
    )
    words = ["bulk", str(table), "--practice", "--output", str(out), "--resume", "--nagios", "--quiet"]
    words += ["--metrics", str(tmp_path / "m.prom"), "--junit", str(tmp_path / "j.xml")]
    for _ in range(2):
        assert main(words) == 2
        told = capsys.readouterr().out.splitlines()
        assert told[0].startswith(
            "MAIL CRITICAL - 1 of 3 accounts work: certificate-expired 1, not-checked 1 | accounts=3;"
        )
        assert 'mailwright_accounts{cause="certificate-expired"} 1\n' in (tmp_path / "m.prom").read_text()
        assert ElementTree.parse(tmp_path / "j.xml").getroot().get("tests") == "3"
    assert main(["bulk", str(table), "--practice", "--nagios"]) == 2
    assert "--output keeps" in capsys.readouterr().err
