"""One diagnosis file: how a cause is recognised, what is said, what can be done.

A phrase is plain words as they stand in the text, in any case. Three signs widen it: `*` is the rest of a word, `#` a
number, `...` up to 80 characters of anything. Nothing else is special, so no phrase can make matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from wizard.errors import ResourceError
from wizard.model.diagnosis import NO_IMPLICATIONS, Change, Field, Implications, Token

# How much a key says about the cause. The sum decides between causes that match the same text; what was measured (an
# error kind, the line) outweighs words, words outweigh numbers, and among words the longer phrase has recognised more.
WEIGHTS: Final[Mapping[str, int]] = {
    "certificate": 110,
    "line": 100,
    "kind": 100,
    "seen": 60,
    "looks_like": 50,
    "provider": 20,
    "speaks": 30,
    "mechanism": 30,
    "response_code": 25,
    "enhanced": 12,
    "capability": 10,
    "port": 10,
    "security": 10,
    "command": 7,
    "code": 6,
    "stage": 5,
    "protocol": 5,
    "status": 4,
    "given": 2,
    "preset": 2,
    "sign_in": 2,
    "browser": 2,
}
PHRASE_KEYS: Final = ("text", "also", "issuer")
PHRASE_WEIGHT = 20
LONGEST_PHRASE_WEIGHT = 60
GAP = 80
STAGE_FOLDERS: Final = ("input", "dns", "connect", "tls", "auth", "envelope", "message", "other")


class Do(StrEnum):
    """The actions a file may name."""

    CHANGE_SETTINGS = "change-settings"
    EDIT_FIELD = "edit-field"
    TRY_AGAIN = "try-again"
    SIGN_IN = "sign-in"
    OPEN_URL = "open-url"
    COPY_TEXT = "copy-text"
    TRUST_CERTIFICATE = "trust-certificate"
    WAIT = "wait"


_FOLDED = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ʼ": "'",
        '"': None,  # programs quote numbers and names or do not, so no phrase depends on it
        "“": None,
        "”": None,
        "„": None,
        "«": None,
        "»": None,
        "–": "-",
        "—": "-",
        "‑": "-",
        "…": "...",
        "×": "x",  # Outlook codes on web pages: 0×800CCC0E
        "ё": "е",
        "ß": "ss",
        "\ufeff": None,
        "\u200b": None,
        "\u200e": None,
        "\u200f": None,
    }
)


def fold(text: str) -> str:
    """The text as phrases are compared: lower case, plain dashes, no double quotes, single blanks."""
    return " ".join(text.lower().translate(_FOLDED).split())


# Most phrases of the files are folded already and have no signs: loading them must not cost anything.
_IS_FOLDED = re.compile(r"[a-z0-9.*#:/()\[\]<>=_'@,+;&%$!?|{}~^-]+(?: [a-z0-9.*#:/()\[\]<>=_'@,+;&%$!?|{}~^-]+)*")
_IS_PLAIN = re.compile(r"[^.*#]+")
_SIGNS = re.compile(r"\.\.\.|[*#]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to look for in a folded text."""

    words: str
    literals: tuple[str, ...]
    weight: int

    @classmethod
    def parse(cls, words: str) -> Phrase:
        """The phrase; ValueError when it is too short to mean anything or has too many gaps."""
        folded = words if _IS_FOLDED.fullmatch(words) else fold(words)
        if _IS_PLAIN.fullmatch(folded):
            literals: tuple[str, ...] = (folded,)
            weight = len(folded) - folded.count(" ")
        else:
            literals = tuple(part.strip() for part in _SIGNS.split(folded) if part.strip())
            weight = sum(len(part) - part.count(" ") for part in literals)
            if folded.count("...") > 3:
                raise ValueError(f"the phrase “{words}” has more than three gaps")
        # Two Chinese or Japanese characters are a word; two Latin letters are not.
        if weight < 3 and (weight < 2 or folded.isascii()):
            raise ValueError(f"the phrase “{words}” is too short")
        return cls(folded, literals, min(weight, LONGEST_PHRASE_WEIGHT))

    def is_in(self, folded: str) -> bool:
        """Whether the folded text holds it, at the borders of words."""
        for literal in self.literals:
            if literal not in folded:
                return False
        return _compiled(self.words).search(folded) is not None


_LETTER = r"[a-z0-9\u00df-\u04ff]"


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(f".{{0,{GAP}}}?".join(_compiled_part(part.strip()) for part in words.split("...")), re.DOTALL)


def _compiled_part(words: str) -> str:
    """The expression for words without a gap, at the borders of words where the script has borders."""
    pieces = [
        {"*": r"\w{0,30}", "#": r"\d{1,12}"}.get(piece) or re.escape(piece) for piece in re.split(r"([*#])", words)
    ]
    start = f"(?<!{_LETTER})" if re.match(_LETTER, words) else ""
    end = f"(?!{_LETTER})" if re.search(_LETTER + "$", words) else ""
    return start + "".join(pieces) + end


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a failure: folded text, sets of values by key, and the words that fill placeholders."""

    text: str = ""
    issuer: str = ""
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def has(self, key: str, wanted: frozenset[str]) -> bool:
        """Whether one of the wanted values is known under the key."""
        known = self.values.get(key)
        return known is not None and not known.isdisjoint(wanted)


@dataclass(frozen=True, slots=True)
class Match:
    """One way to recognise a cause: every key must hold, and one phrase of each phrase key."""

    keys: tuple[tuple[str, frozenset[str]], ...]
    text: tuple[Phrase, ...] = ()
    also: tuple[Phrase, ...] = ()
    issuer: tuple[Phrase, ...] = ()
    general: bool = False  # as for a cause: these words often stand before the reason itself

    def weigh(self, facts: Facts, *, general: bool = False) -> int | None:
        """How specifically it recognises the facts; `None` when it does not. Words of a general cause count half."""
        total = 0
        general = general or self.general
        for key, wanted in self.keys:
            if not facts.has(key, wanted):
                return None
            total += WEIGHTS[key] - (4 if key == "enhanced" and any("x" in code for code in wanted) else 0)
        for phrases, text in ((self.text, facts.text), (self.also, facts.text), (self.issuer, facts.issuer)):
            if phrases:
                best = max((phrase.weight for phrase in phrases if phrase.is_in(text)), default=None)
                if best is None:
                    return None
                total += PHRASE_WEIGHT + (best // 2 if general else best)
        return total

    @property
    def rests_on(self) -> str:
        """What the recognition rests on, the strongest first: "measured", "words" … "stage"."""
        names = {key for key, _ in self.keys}
        if names & {"kind", "line", "certificate", "seen"}:
            return "measured"
        if self.text or self.issuer:
            return "words"
        if names & {"response_code", "provider"}:
            return "response code"
        if "enhanced" in names:
            return "enhanced code"
        return "code" if names & {"code", "status"} else "stage"


@dataclass(frozen=True, slots=True)
class Sentences:
    """Wordings of one thing, most telling first; the first whose placeholders are all known is said."""

    wordings: tuple[str, ...]

    def said(self, words: Mapping[str, str]) -> str | None:
        """The sentence with its placeholders filled; `None` when every wording lacks a fact."""
        for wording in self.wordings:
            if all(name in words for name in placeholders(wording)):
                return _PLACEHOLDER.sub(lambda found: words[found[1]], wording)
        return None


_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders(wording: str) -> tuple[str, ...]:
    """The names in curly brackets."""
    return tuple(_PLACEHOLDER.findall(wording))


@dataclass(frozen=True, slots=True)
class RemedyRule:
    """A remedy as its file states it; of several with the same id the first that is possible is offered."""

    id: str
    say: Sentences
    do: Do
    only: tuple[tuple[str, frozenset[str]], ...] = ()
    change: Change | None = None
    field: Field | None = None
    url: Sentences | None = None
    text: Sentences | None = None
    seconds: int | None = None
    steps: tuple[str, ...] = ()
    steps_from: str | None = None
    automatic: bool = False
    last_resort: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """Words really seen, and the facts that came with them."""

    text: str
    stage: str | None = None
    protocol: str | None = None
    server: str | None = None
    provider: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One diagnosis file; `id` is its file name, `stage` its folder."""

    id: str
    stage: str
    title: Sentences
    why: Sentences
    ask_administrator: Sentences | None
    matches: tuple[Match, ...]
    remedies: tuple[RemedyRule, ...]
    samples: tuple[Sample, ...] = ()
    general: bool = False  # its words often stand beside those of a more telling cause, so they count half
    implies: Implications = NO_IMPLICATIONS


PLACEHOLDERS: Final = frozenset(
    [
        "address",
        "api_keys_url",
        "api_username",
        "app_password_url",
        "access_url",
        "billing_url",
        "blocked_ports",
        "certificate_days",
        "certificate_issuer",
        "certificate_names",
        "certificate_not_after",
        "certificate_not_before",
        "clock_off",
        "closed_provider",
        "domain",
        "encryption",
        "host",
        "limit",
        "max_message",
        "mechanisms",
        "minutes",
        "name_form",
        "no_servers_because",
        "open_ports",
        "other_side",
        "port",
        "preparation",
        "preparation_url",
        "protocol",
        "provider",
        "public_address",
        "public_addresses",
        "reply",
        "reply_code",
        "security_url",
        "senders_url",
        "server",
        "sha256",
        "side",
        "size",
        "speaks",
        "today",
        "unlock_url",
        "username",
        "webmail_url",
    ]
)

_IMPLICATIONS = ("whole_account", "plain_refusal", "whole_line", "hides_others")
_CAUSE_KEYS = {"general", *_IMPLICATIONS, "explains", "token"} | {
    "title",
    "why",
    "ask_administrator",
    "match",
    "remedy",
    "sample",
}
_REMEDY_KEYS = {"id", "say", "do", "change", "field", "url", "text", "seconds", "steps", "steps_from"} | {
    "automatic",
    "last_resort",
}
_STEPS_FROM = ("app-password", "preparation")


def read_cause(path: Path, document: Mapping[str, object]) -> Cause:
    """The cause in a parsed file.

    Raises:
        ResourceError: naming file and key.
    """
    reader = _Reader(path)
    reader.only_keys(document, _CAUSE_KEYS, "")
    remedies = tuple(reader.remedy(table, index) for index, table in enumerate(reader.tables(document, "remedy"), 1))
    if not remedies:
        reader.fail("remedy", "every cause needs at least one remedy")
    return Cause(
        id=path.stem,
        general=reader.flag(document, "general", ""),
        implies=reader.implications(document),
        stage=path.parent.name,
        title=reader.sentences(document, "title"),
        why=reader.sentences(document, "why"),
        ask_administrator=reader.sentences(document, "ask_administrator") if "ask_administrator" in document else None,
        matches=tuple(reader.match(table, index) for index, table in enumerate(reader.tables(document, "match"), 1)),
        remedies=remedies,
        samples=tuple(reader.sample(table, index) for index, table in enumerate(reader.tables(document, "sample"), 1)),
    )


class _Reader:
    """Turns TOML values into our types, or says which file and key is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fail(self, key: str, what: str) -> None:
        raise ResourceError(f"{self._path}: {key}: {what}.")

    def only_keys(self, table: Mapping[str, object], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                self.fail(where + key, "this key is not known")

    def tables(self, document: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
        value = document.get(key, [])
        if not isinstance(value, list):
            raise ResourceError(f"{self._path}: {key}: write it as [[{key}]].")
        for table in value:
            if not isinstance(table, dict):
                raise ResourceError(f"{self._path}: {key}: write it as [[{key}]].")
            yield table

    def strings(self, table: Mapping[str, object], key: str, where: str = "") -> tuple[str, ...]:
        value = table.get(key)
        items = value if isinstance(value, list) else [value]
        found: list[str] = []
        for item in items:
            if isinstance(item, bool) or not isinstance(item, str | int) or item == "":
                raise ResourceError(f"{self._path}: {where}{key}: a text or a list of texts is needed.")
            found.append(str(item))
        if not found:
            self.fail(where + key, "it is empty")
        return tuple(found)

    def flag(self, table: Mapping[str, object], key: str, where: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.fail(where + key, "true or false is needed")
        return value is True

    def one(self, table: Mapping[str, object], key: str, where: str) -> str | None:
        if key not in table:
            return None
        found = self.strings(table, key, where)
        if len(found) != 1:
            self.fail(where + key, "one text is needed")
        return found[0]

    def sentences(self, table: Mapping[str, object], key: str, where: str = "") -> Sentences:
        wordings = self.strings(table, key, where)
        for wording in wordings:
            for name in placeholders(wording):
                if name not in PLACEHOLDERS:
                    self.fail(where + key, f"the placeholder {{{name}}} is not known")
        if where == "" and placeholders(wordings[-1]):
            self.fail(key, "the last wording must do without placeholders")
        return Sentences(wordings)

    def implications(self, document: Mapping[str, object]) -> Implications:
        token = self.one(document, "token", "")
        if token is not None and token not in set(Token):
            self.fail("token", f"one of {', '.join(Token)} is needed")
        return Implications(
            **{name: self.flag(document, name, "") for name in _IMPLICATIONS},
            explains=self.strings(document, "explains") if "explains" in document else (),
            token=Token(token) if token is not None else None,
        )

    def conditions(self, table: Mapping[str, object], where: str) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((key, frozenset(self.strings(table, key, where))) for key in table if key in WEIGHTS)

    def phrases(self, table: Mapping[str, object], key: str, where: str) -> tuple[Phrase, ...]:
        if key not in table:
            return ()
        try:
            return tuple(Phrase.parse(words) for words in self.strings(table, key, where))
        except ValueError as error:
            raise ResourceError(f"{self._path}: {where}{key}: {error}.") from None

    def match(self, table: Mapping[str, object], index: int) -> Match:
        where = f"match {index}: "
        self.only_keys(table, set(WEIGHTS) | set(PHRASE_KEYS) | {"general"}, where)
        if not table:
            self.fail(where + "match", "it is empty")
        return Match(
            keys=self.conditions(table, where),
            text=self.phrases(table, "text", where),
            also=self.phrases(table, "also", where),
            issuer=self.phrases(table, "issuer", where),
            general=self.flag(table, "general", where),
        )

    def remedy(self, table: Mapping[str, object], index: int) -> RemedyRule:
        where = f"remedy {index}: "
        self.only_keys(table, _REMEDY_KEYS | set(WEIGHTS), where)
        id_, do = self.one(table, "id", where), self.one(table, "do", where)
        if id_ is None or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_):
            raise ResourceError(f"{self._path}: {where}id: lower-case words with hyphens are needed.")
        if do not in set(Do):
            raise ResourceError(f"{self._path}: {where}do: one of {', '.join(Do)} is needed.")
        needs = {"change-settings": "change", "edit-field": "field", "open-url": "url", "copy-text": "text"}.get(
            str(do)
        )
        if needs is not None and needs not in table:
            self.fail(where + needs, f"“{do}” needs it")
        change = self.one(table, "change", where)
        if change is not None and change not in set(Change):
            self.fail(where + "change", f"one of {', '.join(Change)} is needed")
        field = self.one(table, "field", where)
        if field is not None and field not in set(Field):
            self.fail(where + "field", f"one of {', '.join(Field)} is needed")
        seconds = table.get("seconds")
        if seconds is not None and (not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0):
            self.fail(where + "seconds", "a positive number is needed")
        steps_from = self.one(table, "steps_from", where)
        if steps_from is not None and steps_from not in _STEPS_FROM:
            self.fail(where + "steps_from", f"one of {', '.join(_STEPS_FROM)} is needed")
        for flag in ("automatic", "last_resort"):
            if not isinstance(table.get(flag, False), bool):
                self.fail(where + flag, "true or false is needed")
        return RemedyRule(
            id=id_,
            say=self.sentences(table, "say", where),
            do=Do(do),
            only=self.conditions(table, where),
            change=Change(change) if change is not None else None,
            field=Field(field) if field is not None else None,
            url=self.sentences(table, "url", where) if "url" in table else None,
            text=self.sentences(table, "text", where) if "text" in table else None,
            seconds=seconds if isinstance(seconds, int) else None,
            steps=self.strings(table, "steps", where) if "steps" in table else (),
            steps_from=steps_from,
            automatic=table.get("automatic") is True,
            last_resort=table.get("last_resort") is True,
        )

    def sample(self, table: Mapping[str, object], index: int) -> Sample:
        where = f"sample {index}: "
        self.only_keys(table, {"text", "stage", "protocol", "server", "provider", "seen"}, where)
        text = self.one(table, "text", where)
        if text is None:
            raise ResourceError(f"{self._path}: {where}text: it is missing.")
        return Sample(
            text=text,
            stage=self.one(table, "stage", where),
            protocol=self.one(table, "protocol", where),
            server=self.one(table, "server", where),
            provider=self.one(table, "provider", where),
            seen=str(table["seen"]) if "seen" in table else None,
        )
