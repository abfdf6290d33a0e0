"""Dates, times, numbers, lists and quotation marks by the habits of the language that is spoken.

The habits are those of Unicode's CLDR (version 47), with Latin digits throughout: ports, codes and sizes are compared
with what servers and other programs show. strftime and the process's locale are never asked: Qt switches the latter on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from wizard.language import SOURCE, kept_apart, spoken, tr, tr_context, tr_plural

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
_ENDS: Final = (".", "?", "。", "？", "؟")


class Habits(Struct, frozen=True):
    """How one language writes them; `thousands` is put between groups from `grouped_from` on."""

    months: tuple[str, ...]
    date: str = "{day} {month} {year}"
    decimal: str = ","
    thousands: str = "."
    grouped_from: int = 1_000
    between: str = ", "
    and_: str = " and "
    or_: str = " or "
    comma: str = ", "  # between things that only stand beside each other
    gap: str = " "  # between sentences
    quotes: tuple[str, str] = ("“", "”")


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_NUMBERED: Final = tuple(str(number) for number in range(1, 13))

HABITS: Final = {
    "en": Habits(
        _months("January February March April May June July August September October November December"),
        decimal=".",
        thousands=",",
    ),
    "de": Habits(
        _months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        date="{day}. {month} {year}",
        and_=" und ",
        or_=" oder ",
        quotes=("„", "“"),
    ),
    "fr": Habits(
        _months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        thousands="\u202f",
        and_=" et ",
        or_=" ou ",
        quotes=("«\u202f", "\u202f»"),
    ),
    "es": Habits(
        _months("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        date="{day} de {month} de {year}",
        grouped_from=10_000,
        and_=" y ",
        or_=" o ",
        quotes=("«", "»"),
    ),
    "it": Habits(
        _months("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        and_=" e ",
        or_=" o ",
    ),
    "pt-BR": Habits(
        _months("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        date="{day} de {month} de {year}",
        and_=" e ",
        or_=" ou ",
    ),
    "nl": Habits(
        _months("januari februari maart april mei juni juli augustus september oktober november december"),
        and_=" en ",
        or_=" of ",
    ),
    "pl": Habits(
        _months("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"),
        thousands="\xa0",
        grouped_from=10_000,
        and_=" i ",
        or_=" lub ",
        quotes=("„", "”"),
    ),
    "ja": Habits(
        _NUMBERED,
        date="{year}年{month}月{day}日",
        decimal=".",
        thousands=",",
        between="、",
        and_="、",
        or_="、または",
        comma="、",
        gap="",
        quotes=("「", "」"),
    ),
    "zh-Hans": Habits(
        _NUMBERED,
        date="{year}年{month}月{day}日",
        decimal=".",
        thousands=",",
        between="、",
        and_="和",
        or_="或",
        comma="、",
        gap="",
    ),
    "ar": Habits(
        _months("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
        decimal=".",
        thousands=",",
        between=" و",
        and_=" و",
        or_=" أو ",
        comma="، ",
        quotes=("«", "»"),
    ),
}


def _habits() -> Habits:
    return HABITS.get(spoken(), HABITS[SOURCE])


def date_text(day: date) -> str:
    """A date without doubt about which number is the month: "12 March 2027"."""
    habits = _habits()
    return habits.date.format(day=day.day, month=habits.months[day.month - 1], year=day.year)


def time_text(moment: datetime, *, with_seconds: bool = False) -> str:
    """The time of day as `moment` has it, by the clock of 24 hours that all these languages read: "08:05"."""
    seconds = f":{moment.second:02}" if with_seconds else ""
    return f"{moment.hour:02}:{moment.minute:02}{seconds}"


def number_text(value: float, decimals: int = 0) -> str:
    """A number with so many digits after the decimal sign, its thousands apart: "1,234.5"."""
    habits = _habits()
    plain = f"{value:,.{decimals}f}" if abs(value) >= habits.grouped_from else f"{value:.{decimals}f}"
    return plain.translate({ord(","): habits.thousands, ord("."): habits.decimal})


def duration_text(seconds: float) -> str:
    """A time that passes, in the largest unit of which there are two or exactly one: "90 seconds", "1 hour"."""
    whole = max(0, round(seconds))
    if whole >= 2 * DAY_S or whole == DAY_S:
        return tr_plural("{n} day", "{n} days", round(whole / DAY_S))
    if whole >= 2 * HOUR_S or whole == HOUR_S:
        return tr_plural("{n} hour", "{n} hours", round(whole / HOUR_S))
    if whole >= 2 * MINUTE_S or whole == MINUTE_S:
        return tr_plural("{n} minute", "{n} minutes", round(whole / MINUTE_S))
    return tr_plural("{n} second", "{n} seconds", whole)


# As servers are set up and providers name their limits: 26,214,400 bytes are called 25 MB.
_MEGABYTE: Final = 1_048_576


def megabytes_text(bytes_: float) -> str | None:
    """The whole megabytes of a size as a number, "25"; `None` where it is less than half of one."""
    return number_text(bytes_ / _MEGABYTE) if bytes_ >= _MEGABYTE / 2 else None


def size_text(bytes_: float) -> str | None:
    """A size in megabytes: "25 MB"; `None` where it is less than half of one."""
    megabytes = megabytes_text(bytes_)
    return tr("{n} MB", n=megabytes) if megabytes is not None else None


def and_list(items: Sequence[str]) -> str:
    """All of them in one: "a, b and c"."""
    habits = _habits()
    last = habits.and_
    if spoken() == "es" and items and _begins_with_i(items[-1]):
        last = " e "
    return _listed(items, habits.between, last)


def or_list(items: Sequence[str]) -> str:
    """One of them: "a, b or c"."""
    habits = _habits()
    last = habits.or_
    if spoken() == "es" and items and items[-1][:1].lower() in ("o", "ó", "8"):
        last = " u "
    return _listed(items, habits.between if spoken() != "ar" else habits.or_, last)


def comma_list(items: Iterable[str]) -> str:
    """What stands beside each other, without a word between: "465, SSL/TLS"."""
    return _habits().comma.join(kept_apart(item) for item in items)


def ended(text: str) -> str:
    """The text as a sentence, with the language's full stop where it has no end of its own."""
    if text.endswith(_ENDS):
        return text
    return tr_context("end of a sentence", "{sentence}.").replace("{sentence}", text)  # its own language: no isolates


def paragraph(sentences: Iterable[str]) -> str:
    """Whole sentences, one after the other."""
    return _habits().gap.join(sentences)


def quoted(text: str) -> str:
    """The text in quotation marks: what somebody else wrote, or what stands on a button."""
    before, after = _habits().quotes
    return f"{before}{text}{after}"


def _begins_with_i(text: str) -> bool:
    """Whether it sounds like "i", before which Spanish "y" is "e"; not so "hie" and "io"."""
    sound = text.lower().removeprefix("h")
    return sound[:1] in ("i", "í") and sound[1:2] not in ("a", "e", "o")


def _listed(items: Sequence[str], between: str, last: str) -> str:
    if len(items) < 2:
        return "".join(items)
    *before, end = map(kept_apart, items)
    return f"{between.join(before)}{last}{end}"
