"""The cards that a person saw, out of their report: every value is looked at, and nothing in them acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from wizard.language import tr
from wizard.model.diagnosis import CopyText, Diagnosis, Remedy
from wizard.model.evidence import Reply, Stage
from wizard.model.server import Protocol
from wizard.model.text import inert

MAX_CARDS: Final = 6
MAX_REMEDIES: Final = 12
MAX_STEPS: Final = 20
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,8}")


def cards_of(document: Mapping[str, object]) -> tuple[Diagnosis, ...]:
    """The diagnoses of a report, in its order; their remedies say what they said, and do nothing."""
    check = document.get("check")
    told = check.get("diagnoses") if isinstance(check, Mapping) else None
    found = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return tuple(_card(one) for one in found[:MAX_CARDS])


def _card(told: Mapping[str, Any]) -> Diagnosis:
    remedies = told.get("remedies")
    listed = [one for one in remedies if isinstance(one, Mapping)] if isinstance(remedies, list) else []
    return Diagnosis(
        cause=_id(told.get("cause")) or "unknown",
        stage=next((stage for stage in Stage if stage == told.get("stage")), Stage.INPUT),
        confidence=1.0,
        title=_text(told.get("title")) or tr("A cause"),
        why=_text(told.get("why"), 2000),
        remedies=tuple(_remedy(one, number) for number, one in enumerate(listed[:MAX_REMEDIES])),
        protocol=next((protocol for protocol in Protocol if protocol == told.get("protocol")), None),
        server=_text(told.get("server")) or None,
        reply=_reply(told.get("reply")),
    )


def _remedy(told: Mapping[str, Any], number: int) -> Remedy:
    steps = told.get("steps")
    lines = tuple(_text(step, 500) for step in steps[:MAX_STEPS]) if isinstance(steps, list) else ()
    return Remedy(_id(told.get("id")) or f"remedy-{number}", _text(told.get("say")), CopyText(""), lines)


def _reply(told: object) -> Reply | None:
    if not isinstance(told, Mapping) or not isinstance(told.get("text"), str):
        return None
    code = told.get("code")
    known = code if isinstance(code, int) and 0 < code < 1000 else None
    enhanced, status = _text(told.get("enhanced"), 20) or None, _text(told.get("status"), 20) or None
    return Reply(_text(told["text"], 2000), known, enhanced, status)


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _text(value: object, limit: int = 300) -> str:
    return inert(value, limit) if isinstance(value, str) else ""
