"""Which combinations of concepts mean which cause, read from `resources/lexicon`.

A combination is a line of conditions over one sentence of a text: `recipient refused` both said, in any order;
`refused|forbidden` either; `!sender` not said; `no:mailbox` said with a negation just before it; `@rcpt|data` only at
these steps, `!@auth` not at that one; `@reply` only in a server's reply with a code, whatever the step; `+port` said in
this sentence or another one: what happened in the one, what to look at in the next.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.assets import resources
from wizard.diagnosis.concepts import ADVICE, NEGATION, Lexicon, Sentence, read_lexicon
from wizard.diagnosis.plain_text import is_spaceless, plain
from wizard.language import tr
from wizard.toml_reader import read_toml

STEPS: Final = ("client", "dns", "connect", "greeting", "tls", "auth", "mail", "rcpt", "data")
REPLY: Final = "reply"  # beside the step, where a code shows that a server speaks
BASE: Final = 20
PER_CONCEPT: Final = 7
BASE_GENERAL: Final = 14
PER_GENERAL: Final = 4
# Words found only where a text says what to look at ("check the certificate's last day") are hardly a reason.
ADVICE_COUNTS_LESS: Final = 14
_NEAR: Final = 12  # words apart that still speak of one thing
_FAR: Final = 18  # words apart that may: people tell with more words than programs
FAR_COUNTS_LESS: Final = 10
_JUST_BEFORE: Final = 2
# How bounces and relays quote a reply: "host mx.example[192.0.2.1] said: 550 ...", "after RCPT TO:<...>: 550 ...".
_QUOTED: Final = re.compile(
    r"(?:\bsaid|\brefused to talk to me"
    r"|\bafter (?:rcpt to|mail from|end of data|data|pipelined data|helo|ehlo)[^\n]{0,120}?)"
    r": ?(?:host \S{1,80}(?: \[[\w.:]{3,40}\])?: ?)?(?=[45]\d\d[ -])"
    r"|(?:: | - )(?=[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b)"
    # A program's sentence ends, and a reply begins: "... wurde abgelehnt. 550 <ada@example.org> User unknown".
    r"|[.!?。！？」]['\"]? {0,2}(?=(?!465|587)[45]\d\d[ -](?:[45]\.\d|<|[^\W\d]{2}))"
)
# After a lead-in comes a colon, a quotation mark or a code; otherwise its words only speak of an answer.
_SPEAKS: Final = re.compile(r"(?:[^\n.(/\d:：'\"«「]|(?<=\w)'(?=\w)){0,25}(?:[:：\"«「]|(?<!\w)'|(?=[45]\d\d\b))")
# What a program prints behind a quoted reply: "'550 no relay', port: 25, secure (SSL): no".
_QUOTE_ENDS: Final = re.compile(r"['\"」»](?:,|\s*\.?\s*$)")
_QUOTES: Final = ("'", '"', "「", "«")
# "Sender address rejected:" and then a new line: the reply goes on there.
_GOES_ON: Final = re.compile(r"([:,;-])[ \t]*\n[ \t]*(?=[^\W\d_])")
# A line of nothing but the error's class: what the server said begins behind it.
_CLASS_ALONE: Final = re.compile(r"^\(?[\w:.]{0,80}(?:error|exception)\)?:?[ \t]*\n[\s{\[]*", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_SENTENCES: Final = re.compile(r"(?<=[.!?\n])\s+|(?<=[。！？\n])")


class Combination(Struct, frozen=True):
    """One line: the concepts needed (each entry one of several bits), what must not be said, and where it holds."""

    line: str
    cause: str
    needed: tuple[int, ...]
    denied: tuple[int, ...]
    absent: int
    steps: frozenset[str]
    not_steps: frozenset[str]
    around: tuple[int, ...]
    weight: int

    def holds(self, sentence: Sentence, places: frozenset[str], negation: int, near: int = _NEAR) -> bool:
        """Whether the sentence says it, in words no further apart than `near`.

        `places` are the step, and REPLY where a server speaks.
        """
        said = sentence.concepts
        for group in self.needed:
            if not said & group:
                return False
        if said & self.absent:
            return False
        if self.steps and self.steps.isdisjoint(places):
            return False
        if not self.not_steps.isdisjoint(places):
            return False
        for group in self.denied:
            if not _is_denied(sentence, group, negation):
                return False
        return len(self.needed) < 2 or _stand_together(sentence, self.needed, near)


def _is_denied(sentence: Sentence, group: int, negation: int) -> bool:
    denials = [item for item in sentence.items if item.concepts & negation]
    return any(
        item.concepts & group
        and any(
            0 < item.place - denial.place <= _JUST_BEFORE
            or (denial.lacking and 0 < denial.place - item.place <= _JUST_BEFORE)
            for denial in denials
        )
        for item in sentence.items
    )


def _stand_together(sentence: Sentence, needed: tuple[int, ...], near: int) -> bool:
    """Whether words near each other, one for each concept, say all of them."""

    def place(number: int, taken: tuple[int, ...], first: float, last: float) -> bool:
        if number == len(needed):
            return True
        for index, item in enumerate(sentence.items):
            if item.concepts & needed[number] and index not in taken:
                low, high = min(first, item.place), max(last, item.place)
                if high - low <= near and place(number + 1, (*taken, index), low, high):
                    return True
        return False

    return place(0, (), 1e9, -1.0)


class Meaning(Struct, frozen=True):
    """What a text means by its concepts: a cause, how much says so, and the line that holds."""

    cause: str
    weight: int
    line: str


class Meanings:
    """The lexicon and the combinations; `Meanings.load` reads them.

    Args:
        lexicon: the concepts.
        combinations: the lines, in the order of their file.
        lead_ins: words after which the server speaks for itself.
        topics: causes that come into question where a text names no more than a concept.
        questions: the question that decides whether it is a cause.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        combinations: tuple[Combination, ...],
        lead_ins: Iterable[str],
        topics: Mapping[str, tuple[str, ...]],
        questions: Mapping[str, str],
    ) -> None:
        self.questions = questions
        self.topics = topics
        self.lexicon = lexicon
        self.combinations = combinations
        self._heaviest = sorted(combinations, key=lambda combination: -combination.weight)
        self._by_concept = _by_concept(self._heaviest)
        self._lead_ins = tuple(plain(words) for words in lead_ins)
        self._negation = lexicon.bit[NEGATION]
        self._advice = lexicon.bit[ADVICE]

    @classmethod
    def load(cls, folder: Path) -> Meanings:
        """The lexicon and combinations of a folder.

        Raises:
            ResourceError: naming the file and what is wrong in it.
        """
        lexicon = read_lexicon(folder)
        means = read_toml(folder / "meanings.toml")
        combinations: list[Combination] = []
        for section, base, per_concept in (("means", BASE, PER_CONCEPT), ("general", BASE_GENERAL, PER_GENERAL)):
            table = means.table(section)
            for cause in table.keys() if table is not None else ():
                for line in table.texts(cause, needed=True) if table is not None else ():
                    try:
                        combinations.append(_combination(line, cause, lexicon, base, per_concept))
                    except ValueError as error:
                        means.fail(section, f"{cause}: “{line}”: {error}")
        topics = {}
        table = means.table("topics")
        for concept in table.keys() if table is not None else ():
            if concept not in lexicon.bit:
                means.fail("topics", tr("{concept} is no concept", concept=concept))
            topics[concept] = table.texts(concept, needed=True) if table is not None else ()
        means.end()
        questions = read_toml(folder / "questions.toml")
        answers = read_toml(folder / "answers.toml")
        lead_ins = answers.texts("lead-in", needed=True)
        answers.end()
        asked = {cause: questions.text(cause) for cause in questions.keys()}  # noqa: SIM118 - not a dict
        return cls(lexicon, tuple(combinations), lead_ins, topics, asked)

    def of(self, text: str, places: frozenset[str]) -> tuple[Meaning, ...]:
        """The causes a text means, each by what says most for it, the likeliest first.

        `places` are one of STEPS, and REPLY where a server speaks.
        """
        return self.of_sentences(self.lexicon.read(text), places)

    def of_sentences(self, sentences: Collection[Sentence], places: frozenset[str]) -> tuple[Meaning, ...]:
        """As `of`, for a text that was read already."""
        best: dict[str, Meaning] = {}
        said = 0
        for sentence in sentences:
            said |= sentence.concepts
        for sentence in sentences:
            # What to look at is said of many troubles; the sentence beside it says which one it is.
            less = ADVICE_COUNTS_LESS if sentence.concepts & self._advice else 0
            for combination in self._possible(sentence.concepts):
                weight = combination.weight - less
                known = best.get(combination.cause)
                if known is not None and known.weight >= weight:
                    continue
                if combination.around and not all(said & group for group in combination.around):
                    continue
                if not combination.holds(sentence, places, self._negation, _FAR):
                    continue
                if not combination.holds(sentence, places, self._negation):
                    weight -= FAR_COUNTS_LESS
                    if weight <= 0 or (known is not None and known.weight >= weight):
                        continue
                best[combination.cause] = Meaning(combination.cause, weight, combination.line)
        return tuple(sorted(best.values(), key=lambda meaning: -meaning.weight))

    def _possible(self, concepts: int) -> list[Combination]:
        """The combinations of which one concept, at least, is among these; what weighs most, first."""
        numbers: set[int] = set()
        while concepts:
            bit = concepts & -concepts
            concepts ^= bit
            numbers.update(self._by_concept.get(bit, ()))
        return [self._heaviest[number] for number in sorted(numbers)]

    def lines_of(self, text: str, places: frozenset[str]) -> frozenset[Combination]:
        """Every combination that a text says, whichever cause it means; `places` as for `of`."""
        sentences = self.lexicon.read(self.own_words(text) or text)
        return frozenset(
            combination
            for combination in self.combinations
            if all(any(sentence.concepts & group for sentence in sentences) for group in combination.around)
            and any(combination.holds(sentence, places, self._negation) for sentence in sentences)
        )

    def topics_of(self, text: str) -> tuple[str, ...]:
        """Causes of the things that a text names, those of what the file of topics names first, first."""
        said = 0
        for sentence in self.lexicon.read(text):
            said |= sentence.concepts
        causes = (causes for concept, causes in self.topics.items() if said & self.lexicon.bit[concept])
        return tuple(dict.fromkeys(cause for named in causes for cause in named))

    def without_advice(self, text: str) -> str | None:
        """What a text says happened, where other sentences of it say what to look at; `None` where none does."""
        pieces = [piece for piece in _SENTENCES.split(text) if piece.strip()]
        if len(pieces) < 2:
            return None
        kept = [piece for piece in pieces if not self._only_advises(piece)]
        if len(kept) == len(pieces) or not any(_tells(piece) for piece in kept):
            return None
        return " ".join(kept)

    def _only_advises(self, piece: str) -> bool:
        sentences = self.lexicon.read(piece)
        return bool(sentences) and all(sentence.concepts & self._advice for sentence in sentences)

    def own_words(self, text: str) -> str | None:
        """What the server itself said, where a program quotes it behind words such as "the server responded:"."""
        folded = plain(text)
        if len(folded) != len(text):  # a letter became two: places in one are not places in the other
            text = folded
        quoted = list(_QUOTED.finditer(folded))
        end = quoted[-1].end() if quoted else -1
        for words in self._lead_ins:
            at = folded.rfind(words)
            if at >= 0 and _SPEAKS.match(folded, at + len(words)):
                end = max(end, at + len(words))
        if end < 0:
            return None
        said = text[end:].lstrip(" \t\n:：\"'-.<>«「")
        said = _GOES_ON.sub(r"\1 ", _CLASS_ALONE.sub("", said))
        first, _, _ = said.partition("\n")
        if text[end:].lstrip(" \t\n:：")[:1] in _QUOTES and (closes := _QUOTE_ENDS.search(first)) is not None:
            first = first[: closes.start()]
        if len(_WORD.findall(first)) >= 2:
            said = first  # the program's advice comes after the reply
        return said if _tells(said) else None


def _by_concept(combinations: Iterable[Combination]) -> Mapping[int, list[int]]:
    """The numbers of the combinations by a concept that a sentence needs for them: one of its narrowest condition."""
    numbers: dict[int, list[int]] = {}
    for number, combination in enumerate(combinations):
        narrowest = min(combination.needed, key=int.bit_count)
        while narrowest:
            bit = narrowest & -narrowest
            narrowest ^= bit
            numbers.setdefault(bit, []).append(number)
    return numbers


def _tells(text: str) -> bool:
    """Whether there are words enough to say what happened."""
    return len(_WORD.findall(text)) >= 2 or is_spaceless(text)


def _combination(line: str, cause: str, lexicon: Lexicon, base: int, per_concept: int) -> Combination:
    needed: list[int] = []
    denied: list[int] = []
    around: list[int] = []
    absent = 0
    steps: frozenset[str] = frozenset()
    not_steps: frozenset[str] = frozenset()
    for word in line.split():
        names = word.lstrip("!@+").split("|")
        if word.startswith(("@", "!@")):
            unknown = [name for name in names if name not in (*STEPS, REPLY)]
            if unknown:
                raise ValueError(tr("{step} is no step", step=unknown[0]))
            if word.startswith("!"):
                not_steps = frozenset(names)
            else:
                steps = frozenset(names)
            continue
        is_denied = any(name.startswith("no:") for name in names)
        group = 0
        for name in names:
            bit = lexicon.bit.get(name.removeprefix("no:"))
            if bit is None:
                raise ValueError(tr("{concept} is no concept", concept=name))
            group |= bit
        if word.startswith("!"):
            absent |= group
            continue
        if word.startswith("+"):
            around.append(group)
            continue
        needed.append(group)
        if is_denied:
            denied.append(group)
    if not needed:
        raise ValueError(tr("it names no concept"))
    weight = base + per_concept * (len(needed) + len(denied) + len(around)) + (1 if steps else 0)
    return Combination(line, cause, tuple(needed), tuple(denied), absent, steps, not_steps, tuple(around), weight)


@cache
def our_meanings() -> Meanings:
    """The meanings of `resources/lexicon`, read once."""
    return Meanings.load(resources() / "lexicon")
