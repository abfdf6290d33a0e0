"""The redacted report of a check: what was tried, with times, and the conversation without its secrets.

It is built from a list of what may be shown; what is not named here does not get in.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from types import MappingProxyType
from typing import Final

from wizard import __version__
from wizard.errors import UsageError
from wizard.handover.case import case_code
from wizard.handover.clean import Clean, cleaner
from wizard.handover.document import SCHEMA as CHECK_SCHEMA
from wizard.handover.document import DiagnosisDocument, Json, check_document
from wizard.handover.page import html_page, text_page
from wizard.handover.report_sections import sections
from wizard.handover.write import write_file
from wizard.language import tr
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.evidence import ProbeReport
from wizard.text_file import read_text

SCHEMA: Final = "mailwright/report/1"
MAX_BYTES: Final = 8 * 1024 * 1024
NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_EMBEDDED: Final = re.compile(r'<pre id="mailwright-report" hidden>([^<]*)</pre>')
_CASE: Final = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")

# What `document.py` adds to a stage's detail from the rest of its evidence.
_FROM_EVIDENCE: Final = frozenset({"capabilities", "certificate", "error", "reply"})
# What a probe may tell about a stage and a helpdesk may read; a new detail is shown once it is named here.
SHOWN_DETAILS: Final = _FROM_EVIDENCE | {
    "address",
    "addresses",
    "cipher",
    "command",
    "exception",
    "folder",
    "greeted",
    "ipv6_failed",
    "local",
    "looked_in",
    "masked",
    "mechanisms",
    "method",
    "portal",
    "put_off",
    "recipient",
    "sender",
    "speaks",
    "tls",
    "tls_reason",
    "username",
    "worked_until",
}
# Values under these keys are words of protocols and of ours, even where somebody is called smtp@example.org.
_OUR_WORDS: Final = frozenset(
    {
        *("action", "auth", "capabilities", "cause", "cipher", "error", "id", "mechanisms", "method", "outcome"),
        *(
            "program",
            "protocol",
            "remedy",
            "schema",
            "security",
            "source",
            "stage",
            "status",
            "system",
            "tls",
            "verdict",
        ),
    }
)
# A local part ends where a quotation mark of any language stands before it: the sentences of causes quote names.
_ADDRESS: Final = re.compile(r"[^\s<>\"'()\[\],;:=@“”„«»‹›‘’「」]+@(?=[^\s<>\"'()\[\],;:=@]+\.)")


def report_document(
    result: CheckResult,
    *,
    diagnosis_document: DiagnosisDocument,
    mask_addresses: bool = True,
    helpdesk: Mapping[str, str] = NOBODY,
) -> Json:
    """The report as a document.

    Args:
        mask_addresses: mail addresses keep their first letter and domain only.
        helpdesk: whom the person may ask, as a pack names them: name, phone, hours, url.
    """
    clean = cleaner(result)
    check = check_document(result, diagnosis_document=diagnosis_document)
    timeline = check.get("timeline")
    for entry in timeline if isinstance(timeline, list) else ():
        entry["detail"] = {key: value for key, value in entry["detail"].items() if key in SHOWN_DETAILS}
    surroundings = result.surroundings
    document: Json = {
        "schema": SCHEMA,
        "case": case_code(result),
        "program": f"Mailwright {__version__}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "surroundings": {
            "online": surroundings.online,
            "captive_portal": surroundings.captive_portal,
            "clock_off_s": surroundings.clock_off_s,
            "proxy_or_vpn": _optional(surroundings.proxy_or_vpn, clean),
            "ipv6_broken": surroundings.ipv6_broken,
            "open_ports": list(surroundings.open_ports),
            "blocked_ports": list(surroundings.blocked_ports),
            "public_address": _optional(surroundings.public_address, clean),
        },
        "check": check,
        "conversations": [_conversation(report, clean) for report in result.reports if report.transcript],
    }
    if mask_addresses:
        document = _masked(document, result.draft.address)
    if helpdesk:
        document["helpdesk"] = dict(helpdesk)
    return document


def report_bytes(document: Mapping[str, object], suffix: str) -> bytes:
    """The report in the form that belongs to a file name's ending: .json, .html or .txt.

    Raises:
        UsageError: another ending.
    """
    match suffix.lower():
        case ".json":
            return (json.dumps(document, ensure_ascii=True, indent=1) + "\n").encode()
        case ".html" | ".htm":
            return report_page(document, _embedded(document)).encode("utf-8", "replace")
        case ".txt":
            return report_text(document).encode("utf-8", "replace")
        case _:
            raise UsageError(tr("A report is saved as .json, .html or .txt: give the file one of these endings."))


def report_page(document: Mapping[str, object], hidden: str = "") -> str:
    """The report as a page, inert whoever made the document; `hidden` is markup that shows nothing."""
    return html_page(tr("Mailwright report"), sections(document), hidden)


def report_text(document: Mapping[str, object]) -> str:
    """The report as text, inert whoever made the document."""
    return text_page(sections(document))


def write_report(path: Path, document: Mapping[str, object]) -> None:
    """Saves the report in the form its file name asks for, readable by its owner alone.

    Raises:
        UsageError: an ending that is none of ours.
        ResourceError: the file could not be written.
    """
    write_file(path, report_bytes(document, path.suffix))


def report_name(document: Mapping[str, object]) -> str:
    """What a file with the report is called, without its ending: the case code is in it."""
    case = document.get("case")
    return f"mailwright-{case}" if isinstance(case, str) and _CASE.fullmatch(case) else "mailwright-report"


def load_report(path: Path) -> Mapping[str, object]:
    """The document in a saved report (JSON or HTML), or in a check's JSON; `report_text` shows it whoever made it.

    Raises:
        UsageError: no such file, too large, or not a report.
    """
    return read_report(read_text(path, limit_bytes=MAX_BYTES))


def read_report(text: str) -> Mapping[str, object]:
    """The document in a saved report's text; a check's JSON counts as a report without conversations.

    Raises:
        UsageError: it is neither.
    """
    within = _EMBEDDED.search(text) if text.lstrip()[:1] == "<" else None
    if within is not None:
        text = unescape(within[1])
    try:
        # The limits of the parser (nesting, digits) are what RecursionError and ValueError stand for here.
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(tr("This file is not a report: it holds no readable JSON.")) from None
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema == SCHEMA:
        return document  # type: ignore[no-any-return]
    if schema == CHECK_SCHEMA:
        return {"schema": SCHEMA, "case": document.get("case"), "check": document}
    raise UsageError(tr("This file is not a report: it does not say “{schema}”.", schema=SCHEMA))


def _embedded(document: Mapping[str, object]) -> str:
    """The document as a part of a page that nobody sees and nothing runs, so that the page can be opened again."""
    return f'<pre id="mailwright-report" hidden>{escape(json.dumps(document, ensure_ascii=True))}</pre>\n'


def _conversation(report: ProbeReport, clean: Clean) -> Json:
    server = report.candidate
    return {
        "protocol": server.protocol.value,
        "server": str(server.endpoint),
        "lines": [clean(line) for line in report.transcript],
    }


def _optional(text: str | None, clean: Clean) -> str | None:
    return None if text is None else clean(text)


def _masked(document: Json, address: Address) -> Json:
    local = re.compile(rf"(?<![\w.+-]){re.escape(address.local)}(?![\w.+-])", re.IGNORECASE)

    def mask(text: str, key: str) -> str:
        text = _ADDRESS.sub(lambda found: f"{found[0][0]}***@", text)
        # The bare local part is masked too where it is long enough to mean the person and nothing else.
        if key in _OUR_WORDS or len(address.local) < 3:
            return text
        return local.sub(f"{address.local[0]}***", text)

    def walk(item: object, key: str = "") -> object:
        match item:
            case str():
                return mask(item, key)
            case Mapping():
                return {name: walk(inner, name) for name, inner in item.items()}
            case list():
                return [walk(inner, key) for inner in item]
            case _:
                return item

    return {name: walk(inner, name) for name, inner in document.items()}
