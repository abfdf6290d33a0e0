"""What monitors read: a Nagios plugin's line, metrics for Prometheus, JUnit, a log in JSON lines."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from wizard.errors import UsageError
from wizard.language import tr, tr_plural
from wizard.language.formats import number_text
from wizard.model.account import CheckResult, Verdict
from wizard.model.text import inert

OK, WARNING, CRITICAL, UNKNOWN = 0, 1, 2, 3
_WORDS: Final = {OK: "OK", WARNING: "WARNING", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}
_WORST_FIRST: Final = (CRITICAL, UNKNOWN, WARNING, OK)
_STATES: Final = {Verdict.WORKS.value: OK, Verdict.WORKS_AFTER_FIX.value: WARNING, Verdict.FAILS.value: CRITICAL}
_DAY_S: Final = 86_400
_MAX_TOLD: Final = 20  # accounts that a plugin's output names


class Checked(Struct, frozen=True):
    """One account as a monitor sees it; `certificate_until` is when the first certificate of its servers ends."""

    address: str
    verdict: str | None
    cause: str | None = None
    says: str = ""
    seconds: float | None = None
    certificate_until: datetime | None = None

    @property
    def works(self) -> bool:
        """Whether mail can be sent and received."""
        return self.verdict in (Verdict.WORKS.value, Verdict.WORKS_AFTER_FIX.value)


class Thresholds(Struct, frozen=True):
    """When an account that works is still worth a warning: seconds that a check took, days that a certificate has."""

    warning_s: float | None = None
    critical_s: float | None = None
    warning_days: int | None = None
    critical_days: int | None = None


class Tally(Struct):
    """Accounts counted, so that memory stays flat however many there are."""

    causes: Counter[str] = field(default_factory=Counter)
    states: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    named: list[str] = field(default_factory=list)  # the first of those that are not OK

    def add(self, checked: Checked, thresholds: Thresholds) -> None:
        """Counts one."""
        state, says = judged(checked, thresholds)
        self.states[state] += 1
        self.causes["works" if checked.works else checked.cause or "not-checked"] += 1
        self.slowest_s = max(self.slowest_s, checked.seconds or 0.0)
        if state != OK and len(self.named) < _MAX_TOLD:
            self.named.append(f"{_WORDS[state]}: {checked.address}: {says}")


def thresholds_of(args: argparse.Namespace) -> Thresholds:
    """The limits that were given."""
    return Thresholds(args.warning_seconds, args.critical_seconds, args.warning_days, args.critical_days)


def checked_of(result: CheckResult) -> Checked:
    """A check as a monitor sees it."""
    first = result.diagnoses[0] if result.diagnoses else None
    ends = [item.certificate.not_after for item in result.timeline if item.certificate is not None]
    return Checked(
        str(result.draft.address),
        result.verdict.value,
        first.cause if first is not None and result.verdict is not Verdict.WORKS else None,
        first.title if first is not None else "",
        result.elapsed_s,
        min(ends, default=None),
    )


def checked_of_document(document: Mapping[str, object]) -> Checked:
    """The same of a check's JSON, such as a line of bulk."""
    diagnoses = document.get("diagnoses")
    first = diagnoses[0] if isinstance(diagnoses, list) and diagnoses and isinstance(diagnoses[0], dict) else {}
    timeline = document.get("timeline")
    ends = [
        datetime.fromisoformat(entry["detail"]["certificate"]["not_after"])
        for entry in (timeline if isinstance(timeline, list) else ())
        if "certificate" in entry["detail"]
    ]
    verdict, seconds = document.get("verdict"), document.get("elapsed_s")
    return Checked(
        str(document.get("address") or f"row {document.get('row')}"),
        str(verdict) if verdict is not None else None,
        str(first["cause"]) if "cause" in first and verdict != Verdict.WORKS.value else None,
        str(first.get("title") or document.get("error") or ""),
        float(seconds) if isinstance(seconds, int | float) else None,
        min(ends, default=None),
    )


def judged(checked: Checked, limits: Thresholds, now: datetime | None = None) -> tuple[int, str]:
    """The plugin's state of an account, and why."""
    state = _STATES.get(checked.verdict or "", UNKNOWN)
    if not checked.works:
        return state, checked.says or checked.verdict or tr("not checked")
    told = [(state, checked.says or tr("works"))]
    if checked.seconds is not None:
        for limit, worse in ((limits.critical_s, CRITICAL), (limits.warning_s, WARNING)):
            if limit is not None and checked.seconds > limit:
                took = number_text(checked.seconds, 1)
                told.append(
                    (worse, tr("the check took {seconds} s, more than {limit} s", seconds=took, limit=f"{limit:g}"))
                )
                break
    if checked.certificate_until is not None:
        days = days_left(checked.certificate_until, now)
        for days_limit, worse in ((limits.critical_days, CRITICAL), (limits.warning_days, WARNING)):
            if days_limit is not None and days < days_limit:
                day = f"{checked.certificate_until:%Y-%m-%d}"
                said = tr_plural(
                    "a certificate ends in {n} day, on {day}", "a certificate ends in {n} days, on {day}", days, day=day
                )
                told.append((worse, said))
                break
    return min(told, key=lambda each: _WORST_FIRST.index(each[0]))


def days_left(until: datetime, now: datetime | None = None) -> int:
    """Whole days; negative once it has ended."""
    return math.floor((until - (now or datetime.now(UTC))).total_seconds() / _DAY_S)


def nagios(checked: Sequence[Checked], limits: Thresholds) -> tuple[int, str]:
    """Exit code and output of a plugin for one or several accounts."""
    if len(checked) != 1:
        tally = Tally()
        for each in checked:
            tally.add(each, limits)
        return nagios_of_many(tally)
    (one,) = checked
    state, says = judged(one, limits)
    data = [f"time={one.seconds:.3f}s;{_or(limits.warning_s)};{_or(limits.critical_s)};0"] if one.seconds else []
    if one.certificate_until is not None:
        days = days_left(one.certificate_until)
        warning, critical = (f"{_or(limit)}:" if limit is not None else "" for limit in _days(limits))
        data.append(f"certificate_days={days};{warning};{critical}")
    cause = f" ({one.cause})" if one.cause and not one.works else ""
    return state, _plain(f"MAIL {_WORDS[state]} - {one.address}: {says}{cause}") + " | " + " ".join(data)


def nagios_of_many(tally: Tally) -> tuple[int, str]:
    """Exit code and output for accounts that were counted: how many, which causes, the first of them by name."""
    total = sum(tally.states.values())
    if not total:
        return UNKNOWN, f"MAIL UNKNOWN - {tr('no account was checked')}"
    state = next(each for each in _WORST_FIRST if tally.states[each])
    works = tally.causes["works"]
    found = sorted((-count, cause) for cause, count in tally.causes.items() if cause != "works")
    causes = ", ".join(f"{cause} {-count}" for count, cause in found[:6])
    said = tr_plural("{works} of {n} account works", "{works} of {n} accounts work", total, works=works)
    head = f"MAIL {_WORDS[state]} - {said}" + (f": {causes}" if causes else "")
    data = f"accounts={total};;;0 failed={total - works};;;0;{total} slowest={tally.slowest_s:.3f}s;;;0"
    return state, "\n".join([f"{_plain(head)} | {data}", *map(_plain, tally.named)])


def metrics(checked: Iterable[Checked], tally: Tally | None = None, *, now: datetime | None = None) -> str:
    """The accounts in OpenMetrics' text form, which Prometheus' older one can read too; `tally` holds those unnamed."""
    accounts = list(checked)
    counted = Counter(tally.causes) if tally is not None else Counter[str]()
    counted.update("works" if each.works else each.cause or "not-checked" for each in accounts)
    when = (now or datetime.now(UTC)).timestamp()
    lines = _family("mailwright_accounts", "Accounts by what was found.")
    lines += [f"mailwright_accounts{_labels(cause=cause)} {count}" for cause, count in sorted(counted.items())]
    if accounts:
        lines += _family("mailwright_account_up", "1 where the account works, 0 where it does not; the cause says why.")
        lines += [
            f"mailwright_account_up{_labels(address=each.address, cause=_cause(each))} {int(each.works)}"
            for each in accounts
        ]
        lines += _family("mailwright_account_check_seconds", "How long the check took.", "seconds")
        lines += [
            f"mailwright_account_check_seconds{_labels(address=each.address)} {each.seconds:.3f}"
            for each in accounts
            if each.seconds is not None
        ]
        name = "mailwright_account_certificate_end_timestamp_seconds"
        lines += _family(name, "When the first certificate of its servers ends, in Unix time.", "seconds")
        lines += [
            f"{name}{_labels(address=each.address)} {each.certificate_until.timestamp():.0f}"
            for each in accounts
            if each.certificate_until is not None
        ]
    lines += _family("mailwright_run_timestamp_seconds", "When the accounts were checked, in Unix time.", "seconds")
    lines += [f"mailwright_run_timestamp_seconds {when:.0f}", "# EOF"]
    return "\n".join(lines) + "\n"


def junit(checked: Iterable[Checked]) -> str:
    """The accounts as tests: a cause is a failure, no verdict an error."""
    from xml.sax.saxutils import escape, quoteattr  # loads much of the standard library; nothing is parsed here

    accounts = list(checked)
    failed = sum(each.verdict == Verdict.FAILS.value for each in accounts)
    wrong = sum(not each.works for each in accounts) - failed
    total_s = sum(each.seconds or 0.0 for each in accounts)
    head = f'tests="{len(accounts)}" failures="{failed}" errors="{wrong}" skipped="0" time="{total_s:.3f}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {head}>", f'<testsuite name="mailwright" {head}>']
    for each in accounts:
        name, domain = inert(each.address), inert(each.address.rpartition("@")[2])
        case = f'<testcase classname={quoteattr(domain)} name={quoteattr(name)} time="{each.seconds or 0:.3f}"'
        if each.works:
            lines.append(f"{case}/>")
            continue
        kind = "failure" if each.verdict == Verdict.FAILS.value else "error"
        says, cause = inert(each.says or tr("no verdict")), inert(each.cause or "not-checked")
        lines.append(
            f"{case}><{kind} type={quoteattr(cause)} message={quoteattr(says)}>{escape(says)}</{kind}></testcase>"
        )
    return "\n".join([*lines, "</testsuite>", "</testsuites>"]) + "\n"


def log_line(checked: Checked, now: datetime | None = None) -> str:
    """One line of a log in JSON."""
    document = {
        "time": (now or datetime.now(UTC)).isoformat(timespec="milliseconds"),
        "level": "info" if checked.works else "error",
        "event": "account-checked",
        "address": checked.address,
        "verdict": checked.verdict,
        "cause": checked.cause,
        "message": checked.says or ("works" if checked.works else "not checked"),
        "seconds": checked.seconds,
        "certificate_until": checked.certificate_until.isoformat() if checked.certificate_until is not None else None,
    }
    return json.dumps(document) + "\n"


def write_all(args: argparse.Namespace, checked: Sequence[Checked], tally: Tally | None = None) -> None:
    """Writes the files that were asked for, each in one step, so that a collector never reads half of one.

    Raises:
        ResourceError: one could not be written.
    """
    from wizard.handover.write import write_file

    if args.metrics is not None:
        write_file(args.metrics, metrics(checked, tally).encode(), others_may_read=True)
    if args.junit is not None:
        write_file(args.junit, junit(checked).encode("utf-8", "replace"), others_may_read=True)
    for each in checked if args.json_log is not None else ():
        append_log(args.json_log, each)


def append_log(path: Path, checked: Checked) -> None:
    """Adds the account's line.

    Raises:
        UsageError: the log cannot be written.
    """
    try:
        # A pipe that nobody reads is told at once; waiting for a reader could take for ever.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(path, flags, 0o644), "w", encoding="utf-8", newline="\n") as file:
            file.write(log_line(checked))
    except OSError as error:
        raise UsageError(
            tr("{name} cannot be written: {reason}.", name=path.name, reason=error.strerror or type(error).__name__)
        ) from None


def _days(limits: Thresholds) -> tuple[int | None, int | None]:
    return limits.warning_days, limits.critical_days


def _or(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _plain(text: str) -> str:
    """A line of a plugin's output: what stands behind | would be taken for figures."""
    return inert(text).replace("|", "/")


def _cause(checked: Checked) -> str:
    return "" if checked.works else checked.cause or "not-checked"


def _family(name: str, says: str, unit: str = "") -> list[str]:
    return [f"# TYPE {name} gauge", *([f"# UNIT {name} {unit}"] if unit else []), f"# HELP {name} {says}"]


def _labels(**labels: str) -> str:
    escaped = {name: re.sub(r'(["\\])', r"\\\1", inert(text)) for name, text in labels.items()}
    return "{" + ",".join(f'{name}="{text}"' for name, text in escaped.items()) + "}"
