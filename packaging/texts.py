"""Gathers the texts for translators: resources/locale/mailwright.pot, and each language's .po brought up to date.

    python packaging/texts.py           writes them
    python packaging/texts.py --check   exit code 1 where they would change

Texts come from the code (tr and its kin) and from the data files. The same sources give the same bytes: no dates, no
line numbers, sorted. What was translated stays; what is no longer said goes.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

CHECKOUT = Path(__file__).resolve().parents[1]
LOCALE = CHECKOUT / "resources" / "locale"
sys.path.insert(0, str(CHECKOUT))
from wizard.language import data_texts  # noqa: E402 - found by the line above
from wizard.language.choice import LANGUAGES  # noqa: E402
from wizard.language.po import Entry, key_of, read_po  # noqa: E402

KEYWORDS = ("tr", "tr_later", "tr_plural", "tr_context", "tr_field")
# The providers whose steps are translated: the largest of the whole world, then the largest of each country in which
# one of our languages is at home. All 240 would be 2,000 sentences a language, most of which nobody would ever meet.
MOST_USED = (
    *("gmail", "google-workspace", "outlook-com", "microsoft-365", "icloud", "yahoo", "aol", "proton", "fastmail"),
    *("zoho-com", "yandex", "gmx-com", "mail-com"),
    *("gmx-net", "web-de", "t-online", "freenet", "ionos-de", "strato", "posteo", "bluewin"),
    *("orange-fr", "free-fr", "sfr", "laposte", "ovh"),
    *("libero", "virgilio", "tim-it", "aruba"),
    *("bol", "uol", "kpn", "ziggo"),
    *("wp-pl", "onet", "interia"),
    *("yahoo-jp", "qq", "163"),
)
# CLDR has a form more for millions of things, which no text of ours counts: the customary forms of GNU gettext instead.
PLURALS = {
    **dict.fromkeys(("es", "it"), "nplurals=2; plural=(n != 1);"),
    **dict.fromkeys(("fr", "pt-BR"), "nplurals=2; plural=(n > 1);"),
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}
# The part of the program a text belongs to, by the folder of wizard/ it stands in; the rest is "engine".
ROOMS = {"gui": "window", "handover": "handover", "cli": "cli", "practice": "practice", "signin": "sign-in"}
PERCENT_FORMAT = re.compile(r"%(\(\w+\))?[srd]")  # argparse's own sentences; Babel takes "100 % of" for one too


@dataclass(frozen=True)
class Text:
    """One text as it is found, in the file `place`."""

    room: str
    place: str
    source: str | tuple[str, str]
    context: str | None = None
    note: str = ""


def texts_of_code() -> Iterator[Text]:
    """What is marked in wizard/."""
    for path in sorted((CHECKOUT / "wizard").rglob("*.py")):
        place = path.relative_to(CHECKOUT).as_posix()
        room = ROOMS.get(path.relative_to(CHECKOUT / "wizard").parts[0], "engine")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                said = [_literals(argument) for argument in node.args[:2]]
                match node.func.id:
                    case "tr_plural":
                        yield from (Text(room, place, both) for both in zip(*said, strict=True))
                    case "tr_context" | "tr_field":
                        yield from (Text(room, place, text, context) for context in said[0] for text in said[1])
                    case _:
                        yield from (Text(room, place, text) for text in said[0])


def _literals(argument: ast.expr) -> tuple[str, ...]:
    """The texts an argument can be; none where it is a name, whose literal is marked elsewhere."""
    if isinstance(argument, ast.IfExp):
        return (*_literals(argument.body), *_literals(argument.orelse))
    return (argument.value,) if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ()


def texts_of_data() -> Iterator[Text]:
    """What people read in resources/."""
    resources = CHECKOUT / "resources"
    for path in sorted((resources / "diagnoses").glob("*/*.toml")):
        place = path.relative_to(CHECKOUT).as_posix()
        context = data_texts.cause_context(path.stem)
        for note, text in data_texts.cause_texts(_document(path)):
            yield Text("cause", place, text, context, note)
    for path in sorted((resources / "lexicon").glob("questions.toml")):
        for cause, text in _document(path).items():
            yield Text("cause", path.relative_to(CHECKOUT).as_posix(), text, data_texts.QUESTIONS, cause)
    for provider in sorted(MOST_USED):
        path = resources / "presets" / f"{provider}.toml"
        for note, text in data_texts.preset_texts(_document(path)):
            context = data_texts.preset_context(provider)
            yield Text("provider", path.relative_to(CHECKOUT).as_posix(), text, context, note)
    for path in sorted((resources / "practice").glob("*.toml")):
        place, document = path.relative_to(CHECKOUT).as_posix(), _document(path)
        context = data_texts.practice_context(path.stem)
        yield Text("practice", place, document["teaches"], context, "teaches")
        for note, text in data_texts.preset_texts(document.get("found", {})):
            yield Text("practice", place, text, data_texts.preset_context(f"practice-{path.stem}"), note)


def _document(path: Path) -> dict:
    return tomllib.loads(path.read_text("utf-8"))


def template() -> Catalog:
    """All texts, untranslated."""
    catalog = Catalog(project="Mailwright", charset="utf-8")
    for text in sorted((*texts_of_code(), *texts_of_data()), key=_order):
        if text.source in ("", ("", "")):
            continue
        catalog.add(
            text.source,
            context=text.context,
            locations=[(text.place, 0)],
            auto_comments=[text.room, *([text.note] if text.note else [])],
        )
    return catalog


def _order(text: Text) -> tuple[str, str, str, str]:
    one = text.source if isinstance(text.source, str) else text.source[0]
    return text.room, text.place, text.context or "", one


def written(catalog: Catalog, header: list[str]) -> str:
    """The file of a catalogue in the order it was gathered, with these lines as its header."""
    out = io.BytesIO()
    body = Catalog(charset="utf-8")
    # It writes as many plural forms as its header says.
    body.mime_headers = [
        (name, said) for name, _, said in (line.partition(": ") for line in header) if name == "Plural-Forms"
    ]
    for message in catalog:
        if message.id:
            added = body.add(
                message.id,
                message.string,
                context=message.context,
                flags=message.flags,
                locations=[(place, None) for place in sorted({place for place, _ in message.locations})],
                auto_comments=list(dict.fromkeys(message.auto_comments)),
                user_comments=message.user_comments,
            )
            if not PERCENT_FORMAT.search(str(message.id)):
                added.flags.discard("python-format")
    write_po(out, body, width=0, omit_header=True)
    head = "".join(f'"{line}\\n"\n' for line in header)
    return f'msgid ""\nmsgstr ""\n{head}\n{out.getvalue().decode().strip()}\n'


def header_of(tag: str | None) -> list[str]:
    """The header Weblate and Poedit go by; without the dates and names that would change with every run."""
    return [
        "Project-Id-Version: Mailwright",
        *([f"Language: {tag.replace('-', '_')}", f"Plural-Forms: {plural_forms(tag)}"] if tag else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]


def plural_forms(tag: str) -> str:
    """How many plural forms the language has, and which number takes which, as a .po header says it."""
    return PLURALS.get(tag) or Catalog(locale=tag.replace("-", "_")).plural_forms


def files() -> dict[Path, str]:
    """Each file and what it must hold."""
    texts = template()
    found = {LOCALE / "mailwright.pot": written(texts, header_of(None))}
    for tag in LANGUAGES:
        if tag == "en":
            continue
        path = LOCALE / tag / "mailwright.po"
        known = {key_of(entry): entry for entry in read_po(path.read_text("utf-8"))} if path.exists() else {}
        forms = int(re.search(r"nplurals=(\d)", plural_forms(tag))[1])
        for message in texts:
            if not message.id:
                continue
            source, plural = message.id if isinstance(message.id, tuple) else (message.id, None)
            old = known.get(key_of(Entry(source, plural, message.context)), Entry(source))
            if plural is not None:
                message.string = old.said if len(old.said) == forms else ("",) * forms
            else:
                message.string = old.said[0] if old.said else ""
            message.user_comments = list(old.remarks)
            message.flags = message.flags - {"fuzzy"} | (old.flags & {"fuzzy"})
        found[path] = written(texts, header_of(tag))
    return found


def main() -> int:
    """Writes or checks; the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="change nothing, say what would change")
    check = arguments.parse_args().check
    wanted = files()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        said = "is not up to date: make locale" if check else "is up to date now"
        print(f"{path.relative_to(CHECKOUT).as_posix()} {said}")
    if check:
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
