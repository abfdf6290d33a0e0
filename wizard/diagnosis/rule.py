"""What a diagnosis file states (read by cause_file.py): how a cause is recognised, what is said, what can be done.

A phrase is plain words as they stand in the text, in any case. Three signs widen it: `*` is the rest of a word, `#` a
number, `...` up to 80 characters of anything. Nothing else is special, so no phrase can make matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from msgspec import Struct, field

from wizard.diagnosis.fact_keys import KEYS
from wizard.language import tr, tr_context
from wizard.model.diagnosis import NO_IMPLICATIONS, Change, Field, Implications
from wizard.model.refusal import Refusal

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
    ASK_ADMINISTRATOR = "ask-administrator"  # where the message stands; without it, it stands last


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
LETTER = r"[a-z0-9\u00df-\u04ff]"
# A run of letters that stands in the text as a whole word: nothing that may be more letters is beside it.
_WHOLE = re.compile(rf"(?<![*#])(?<!{LETTER}){LETTER}{{2,}}+(?![*#])")


class Phrase(Struct, frozen=True, array_like=True):
    """Words to look for in a folded text; `anchor` is the longest that a text with them holds as a word."""

    words: str
    literals: tuple[str, ...]
    weight: int
    anchor: str | None = None

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
                raise ValueError(tr("the phrase “{words}” has more than three gaps", words=words))
        # Two Chinese or Japanese characters are a word; two Latin letters are not.
        if weight < 3 and (weight < 2 or folded.isascii()):
            raise ValueError(tr("the phrase “{words}” is too short", words=words))
        whole = [word for part in folded.split("...") for word in _WHOLE.findall(part.strip())]
        return cls(folded, literals, min(weight, LONGEST_PHRASE_WEIGHT), max(whole, key=len, default=None))

    def is_in(self, folded: str) -> bool:
        """Whether the folded text holds it, at the borders of words."""
        for literal in self.literals:
            if literal not in folded:
                return False
        return _compiled(self.words).search(folded) is not None


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(f".{{0,{GAP}}}?".join(_compiled_part(part.strip()) for part in words.split("...")), re.DOTALL)


def _compiled_part(words: str) -> str:
    """The expression for words without a gap, at the borders of words where the script has borders."""
    pieces = [
        {"*": r"\w{0,30}", "#": r"\d{1,12}"}.get(piece) or re.escape(piece) for piece in re.split(r"([*#])", words)
    ]
    start = f"(?<!{LETTER})" if re.match(LETTER, words) else ""
    end = f"(?!{LETTER})" if re.search(LETTER + "$", words) else ""
    return start + "".join(pieces) + end


class Facts(Struct, frozen=True):
    """What is known about a failure: folded text, sets of values by key, and the words that fill placeholders."""

    text: str = ""
    issuer: str = ""
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def has(self, key: str, wanted: frozenset[str]) -> bool:
        """Whether one of the wanted values is known under the key."""
        known = self.values.get(key)
        return known is not None and not known.isdisjoint(wanted)


class Conditions(Struct, frozen=True, omit_defaults=True):
    """What `when` or `unless` names: keys of facts, each with values of which one holds, and phrases of the reply."""

    keys: tuple[tuple[str, frozenset[str]], ...] = ()
    text: tuple[Phrase, ...] = ()

    def all_hold(self, facts: Facts) -> bool:
        """Whether every key holds, and one of the phrases is found where there are any."""
        said = not self.text or any(phrase.is_in(facts.text) for phrase in self.text)
        return said and all(facts.has(key, wanted) for key, wanted in self.keys)

    def one_holds(self, facts: Facts) -> bool:
        """Whether one key holds, or one of the phrases is found."""
        said = any(phrase.is_in(facts.text) for phrase in self.text)
        return said or any(facts.has(key, wanted) for key, wanted in self.keys)


NO_CONDITIONS: Final = Conditions()


class Presupposed(Struct, frozen=True, omit_defaults=True):
    """What must hold for something to be said or offered: all of `when`, and nothing of `unless`."""

    when: Conditions = NO_CONDITIONS
    unless: Conditions = NO_CONDITIONS

    def holds(self, facts: Facts) -> bool:
        """Whether the facts allow it."""
        return self.when.all_hold(facts) and not self.unless.one_holds(facts)


ALWAYS: Final = Presupposed()


class Match(Struct, frozen=True, omit_defaults=True):
    """One way to recognise a cause: every key must hold, and one phrase of each phrase key."""

    keys: tuple[tuple[str, frozenset[str]], ...]
    text: tuple[Phrase, ...] = ()
    also: tuple[Phrase, ...] = ()
    issuer: tuple[Phrase, ...] = ()
    general: bool = False  # as for a cause: these words often stand before the reason itself

    def weigh(
        self, facts: Facts, found: tuple[int | None, int | None, int | None], *, general: bool = False
    ) -> int | None:
        """How specifically it recognises the facts; `None` when it does not. Words of a general cause count half.

        `found` has the weight of the heaviest phrase found of `text`, `also` and `issuer`.
        """
        total = 0
        general = general or self.general
        for key, wanted in self.keys:
            if not facts.has(key, wanted):
                return None
            total += KEYS[key].weight - (4 if key == "enhanced" and any("x" in code for code in wanted) else 0)
        for phrases, best in zip((self.text, self.also, self.issuer), found, strict=True):
            if phrases:
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


class Sentences(Struct, frozen=True, omit_defaults=True):
    """Wordings of one thing, most telling first; the first whose placeholders are all known is said.

    `context` is what translators know them by (language/data_texts.py); without one they are no text for people.
    """

    wordings: tuple[str, ...]
    context: str = ""

    def said(self, words: Mapping[str, str]) -> str | None:
        """The sentence in the language spoken now, placeholders filled; `None` when every wording lacks a fact."""
        for wording in self.wordings:
            if all(name in words for name in placeholders(wording)):
                told = tr_context(self.context, wording) if self.context else wording
                return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), told)
        return None


_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders(wording: str) -> tuple[str, ...]:
    """The names in curly brackets."""
    return tuple(_PLACEHOLDER.findall(wording))


class RemedyRule(Struct, frozen=True, omit_defaults=True):
    """A remedy as its file states it; of several with the same id the first that is possible is offered."""

    id: str
    say: Sentences
    do: Do
    presupposed: Presupposed = ALWAYS
    change: Change | None = None
    field: Field | None = None
    url: Sentences | None = None
    text: Sentences | None = None
    seconds: int | None = None
    steps: tuple[str, ...] = ()
    steps_from: str | None = None
    automatic: bool = False
    last_resort: bool = False


class Case(Struct, frozen=True, omit_defaults=True):
    """What is said instead where the facts say more; what it leaves out is said as the cause says it."""

    presupposed: Presupposed
    title: Sentences | None = None
    why: Sentences | None = None
    ask_administrator: Sentences | None = None
    nobody_to_ask: bool = False  # no administrator can help here


class Instead(Struct, frozen=True, omit_defaults=True):
    """Another cause that is meant where the facts say more than the words did."""

    cause: str
    presupposed: Presupposed


class Sample(Struct, frozen=True):
    """Words really seen, and the facts that came with them."""

    text: str
    stage: str | None = None
    protocol: str | None = None
    server: str | None = None
    provider: str | None = None
    seen: str | None = None


class Cause(Struct, frozen=True, omit_defaults=True):
    """One diagnosis file; `id` is its file name, `stage` its folder."""

    id: str
    stage: str
    title: Sentences
    why: Sentences
    ask_administrator: Sentences | None
    matches: tuple[Match, ...]
    remedies: tuple[RemedyRule, ...]
    cases: tuple[Case, ...] = ()
    instead: tuple[Instead, ...] = ()
    samples: tuple[Sample, ...] = ()
    general: bool = False  # its words often stand beside those of a more telling cause, so they count half
    implies: Implications = NO_IMPLICATIONS
    refusals: tuple[Refusal, ...] = ()  # how a browser sign-in ended that this cause is shown for
