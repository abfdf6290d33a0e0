"""A report cut into headed sections.

The document may come from a stranger's file: every value is looked at, shortened and made inert before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from wizard.handover.page import Section
from wizard.handover.report_words import name_words
from wizard.language import tr, tr_context, tr_later
from wizard.model.text import inert

_MAX_TEXT: Final = 2000
_MAX_ITEMS: Final = 2000

_VERDICTS: Final = {
    "works": tr_later("It works."),
    "works-after-fix": tr_later("It works, after a change."),
    "fails": tr_later("It does not work yet."),
    "undecided": tr_later("The check ended before a verdict."),
}


def sections(document: Mapping[str, object]) -> Iterator[Section]:
    """The report from its verdict to the conversations."""
    check = _mapping(document.get("check"))
    yield Section(
        tr("Mailwright report"),
        paragraphs=(_verdict(check),),
        pairs=_pairs(
            (tr("Case"), document.get("case")),
            (tr("Address"), check.get("address")),
            (tr("Provider"), check.get("provider")),
            (tr("Checked"), _time(check.get("started_at"))),
            (tr("Seconds"), check.get("elapsed_s")),
            (tr("Sign-in attempts"), _counts(check.get("sign_in_attempts"))),
            (tr("Program"), document.get("program")),
            (tr("System"), document.get("system")),
            (tr("Python"), document.get("python")),
        ),
    )
    helpdesk = _mapping(document.get("helpdesk"))
    if helpdesk:
        yield Section(
            tr("Whom to ask"),
            pairs=_pairs(
                (tr_context("helpdesk", "Name"), helpdesk.get("name")),
                (tr_context("helpdesk", "Phone"), helpdesk.get("phone")),
                (tr_context("helpdesk", "Hours"), helpdesk.get("hours")),
                (tr_context("helpdesk", "Url"), helpdesk.get("url")),
            ),
        )
    for diagnosis in _mappings(check.get("diagnoses")):
        yield _diagnosis(diagnosis)
    for fix in _mappings(check.get("fixes")):
        yield Section(
            tr("What was changed"),
            pairs=_pairs(
                (tr("Cause"), fix.get("cause")), (tr("Before"), fix.get("before")), (tr("After"), fix.get("after"))
            ),
        )
    for key, heading in (("outgoing", tr("Sending")), ("incoming", tr("Receiving"))):
        side = _mapping(check.get(key))
        if side:
            yield Section(heading, pairs=_pairs(*((_words(name), value) for name, value in _items(side))))
    trip = _mapping(check.get("round_trip"))
    if trip and trip.get("status") != "skipped":
        yield Section(tr("Test message"), pairs=_pairs(*((_words(name), value) for name, value in _items(trip))))
    surroundings = _mapping(document.get("surroundings"))
    if surroundings:
        yield Section(
            tr("This computer and its line"),
            pairs=_pairs(*((_words(name), value) for name, value in _items(surroundings))),
        )
    yield from _asked(check)
    yield from _timeline(check)
    for conversation in _mappings(document.get("conversations")):
        heading = tr(
            "Conversation: {protocol} {server}",
            protocol=_text(conversation.get("protocol")),
            server=_text(conversation.get("server")),
        )
        yield Section(heading, lines=tuple(_text(line) for line in _list(conversation.get("lines"))))


def _time(value: object) -> object:
    """A time as people write it, in UTC; what is none as it is."""
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError):
        return value


def _counts(value: object) -> str:
    return ", ".join(f"{name} {_text(number)}" for name, number in _items(_mapping(value)))


def _asked(check: Mapping[str, object]) -> Iterator[Section]:
    """Who was asked for settings, and who knew."""
    entries = _mappings(check.get("asked"))
    if entries:
        names = (tr("Source"), tr("Asked"), tr("Answer"))
        rows = tuple(tuple(_text(entry.get(column)) for column in ("source", "whom", "answer")) for entry in entries)
        yield Section(tr("Where settings were looked for"), table=(names, *rows))


def _verdict(check: Mapping[str, object]) -> str:
    known = _VERDICTS.get(_text(check.get("verdict")))
    return tr(known) if known is not None else tr("The verdict is unknown.")


def _diagnosis(diagnosis: Mapping[str, object]) -> Section:
    paragraphs = [_text(diagnosis.get("why"))]
    for remedy in _mappings(diagnosis.get("remedies")):
        paragraphs.append(f"→ {_text(remedy.get('say'))}")
        paragraphs += [f"   {number}. {_text(step)}" for number, step in enumerate(_list(remedy.get("steps")), 1)]
        if remedy.get("url"):
            paragraphs.append(f"   {_text(remedy.get('url'))}")
    return Section(
        _text(diagnosis.get("title")) or tr("A cause"),
        paragraphs=tuple(paragraphs),
        pairs=_pairs(
            (tr("Cause"), diagnosis.get("cause")),
            (tr("Code to read out"), diagnosis.get("code")),
            (tr("Stage"), diagnosis.get("stage")),
            (tr("Server"), diagnosis.get("server")),
            (tr("The server's reply"), _reply(diagnosis.get("reply"))),
            (tr("Confidence"), diagnosis.get("confidence")),
        ),
    )


def _reply(value: object) -> str:
    reply = _mapping(value)
    text = _text(reply.get("text"))
    codes = [_text(reply.get(key)) for key in ("status", "code", "enhanced")]
    return " ".join([*(code for code in codes if code and code not in text[:24]), text])


def _timeline(check: Mapping[str, object]) -> Iterator[Section]:
    entries = _mappings(check.get("timeline"))
    if entries:
        columns = ("t_s", "protocol", "server", "stage", "outcome", "seconds", "detail")
        names = (
            tr("After s"),
            tr("Protocol"),
            tr("Server"),
            tr("Stage"),
            tr("Outcome"),
            tr("Seconds"),
            tr("Detail"),
        )
        rows = tuple(tuple(_text(entry.get(column)) for column in columns) for entry in entries)
        yield Section(tr("What was tried"), table=(names, *rows))


def _pairs(*pairs: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, value in pairs if (text := _text(value)))


def _words(key: str) -> str:
    """What a value of the document is called; a key that is not one of ours is shown as it is."""
    return name_words(key) or inert(key[:100]).replace("_", " ").capitalize()


def _text(value: object, depth: int = 0) -> str:
    """Any value of a document as one short, inert line."""
    match value:
        case None:
            return ""
        case bool():
            return tr("yes") if value else tr("no")
        case int() | float():
            return str(value)[:40] if abs(value) < 1e30 else tr("a very large number")
        case str():
            return inert(value[:_MAX_TEXT]) + (" …" if len(value) > _MAX_TEXT else "")
        case Mapping() if depth < 3:
            inner = ((_words(key), _text(item, depth + 1)) for key, item in _items(value))
            return _shortened("; ".join(tr("{name}: {value}", name=name, value=text) for name, text in inner if text))
        case list() if depth < 3:
            return _shortened(", ".join(_text(item, depth + 1) for item in value[:50]))
        case _:
            return "…"


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + " …"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(inert(str(key)), item) for key, item in list(value.items())[:50]]


def _list(value: object) -> list[object]:
    return value[:_MAX_ITEMS] if isinstance(value, list) else []


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in _list(value) if isinstance(item, Mapping)]
