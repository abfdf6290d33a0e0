"""`mailwright explain`: what an error text means and what to do about it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli.options import json_object
from wizard.cli.render import print_json, print_text
from wizard.errors import UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_later
from wizard.text_file import decoded, read_lines, standard_input

if TYPE_CHECKING:
    from wizard.diagnosis.diagnose import Diagnoser
    from wizard.model.diagnosis import Diagnosis

HELP = tr_later("what an error text means and what to do about it")
EXAMPLE = 'mailwright explain "535 5.7.8 Username and Password not accepted"'

MAX_TEXT_BYTES = 1024 * 1024  # of one text: a whole log is not explained at once


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of explain."""
    parser.add_argument(
        "text", nargs="?", metavar="TEXT | -", help=tr("the error text; - or nothing reads it from stdin")
    )
    parser.add_argument(
        "--stage", help=tr("where it happened: dns, connect, tls, greeting, auth, mail, rcpt, data, client")
    )
    parser.add_argument("--protocol", help=tr("smtp, imap or pop3"))
    parser.add_argument("--server", help=tr("the server's name"))
    parser.add_argument("--code", help=tr("the six characters that a caller reads from a card"))
    parser.add_argument("--lines", metavar="FILE", help=tr("JSON lines with id and text; one JSON line back for each"))
    parser.add_argument(
        "--pack",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help=tr("a helpdesk pack whose causes and providers go before ours (repeatable)"),
    )


def run(args: argparse.Namespace) -> int:
    """Prints the explanation; 0 always, an unknown cause is an answer too."""
    from wizard import wiring

    diagnoser = wiring.diagnoser(pack_paths=(*args.pack, *installed_packs()))
    if args.lines is not None:
        _explain_lines(args.lines, diagnoser)
        return 0
    if args.code is not None:
        if args.text is not None or any((args.stage, args.protocol, args.server)):
            raise UsageError(tr("A code says all there is: give it alone."))
        _show(diagnoser.of_code(args.code), as_json=args.json)
        return 0
    text = args.text
    if text is None or text == "-":
        text = _standard_input()
    if not text.strip():
        raise UsageError(tr("There is no text to explain: give it as an argument or on standard input."))
    _show(diagnoser.of_text(text, stage=args.stage, protocol=args.protocol, server=args.server), as_json=args.json)
    return 0


def _show(diagnosis: Diagnosis, *, as_json: bool) -> None:
    if as_json:
        from wizard.diagnosis.document import diagnosis_document
        from wizard.handover.administrator_message import with_letters

        print_json({"schema": "mailwright/explain/1", **with_letters(diagnosis_document(diagnosis), diagnosis, None)})
    else:
        print_text(_for_people(diagnosis))


def _standard_input() -> str:
    content = standard_input().read(MAX_TEXT_BYTES + 1)
    return decoded(content, tr("What came in"), limit_bytes=MAX_TEXT_BYTES, ansi=True, lenient=True)


def _explain_lines(path: str, diagnoser: Diagnoser) -> None:
    """One line back for each; a line that cannot be read gets its error there, and the others their answers."""
    from wizard.diagnosis.confidence import UNSURE
    from wizard.diagnosis.document import likely_document, remedy_document

    for number, line in enumerate(read_lines(path, limit_bytes=MAX_TEXT_BYTES, ansi=True), 1):
        if not line.strip():
            continue
        row = json_object(line)
        if row is None or not isinstance(row.get("text"), str):
            told = {"id": row.get("id") if row is not None else None, "cause": None, "line": number}
            print_json(told | {"error": tr("Line {number} is not a JSON object with a “text”.", number=number)})
            continue
        hints = {name: row[name] for name in ("stage", "protocol", "server") if isinstance(row.get(name), str)}
        diagnosis = diagnoser.of_text(row["text"], **hints)
        answer = {
            "id": row.get("id"),
            "cause": diagnosis.cause,
            "confidence": diagnosis.confidence,
            "title": diagnosis.title,
            "remedies": [remedy_document(remedy) for remedy in diagnosis.remedies],
        }
        print_json(answer | ({"likely": likely_document(diagnosis)} if diagnosis.confidence < UNSURE else {}))


def _for_people(diagnosis: Diagnosis) -> str:
    lines = [diagnosis.title, "", diagnosis.why, ""]
    for number, remedy in enumerate(diagnosis.remedies, 1):
        lines.append(f"{number}. {remedy.say}")
        lines += [f"   - {step}" for step in remedy.steps]
        target = getattr(remedy.action, "url", None)
        if target:
            lines.append(f"   {target}")
    if diagnosis.likely:
        lines += ["", tr("Most likely:")]
        lines += [f"- {each.title} ({each.confidence:.0%}). {each.question}" for each in diagnosis.likely]
    if diagnosis.understood:
        lines += ["", tr("Understood: {words}", words="; ".join(diagnosis.understood))]
    confidence = f"{diagnosis.confidence:.0%}"
    lines += ["", tr("Cause: {cause} (confidence {confidence})", cause=diagnosis.cause, confidence=confidence)]
    return "\n".join(lines)
