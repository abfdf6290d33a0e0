"""What a text speaks of, whatever its language: the concepts of `resources/lexicon` found in it.

A lexicon names concepts (password, recipient; refused, expired) and the words for each in every language. A word is
found in any case, with or without accents, by its stem (`stem*`), inside compounds (`*part*`), and in Chinese,
Japanese and Korean without regard to spacing. Beside a negation a concept becomes its opposite ("not accepted").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.diagnosis.plain_text import IS_SPACELESS, SPACELESS, asides_apart, plain, without_names
from wizard.language import tr
from wizard.toml_reader import read_toml

NEGATION: Final = "not"
ADVICE: Final = "advice"
# "Could not be found", "not yet found" and "no longer found" deny the finding as "not found" does.
DENYING: Final = (NEGATION, "failed", "not-yet", "no-longer")
_BEFORE = 4  # a negation reaches this many words forward
_AFTER = 6  # and one that stands last (German, Dutch, Turkish) this many back
_STANDS_LAST: Final = frozenset({"nicht", "niet", "degil", "degildir", "yok"})
_SIGNS_LAST: Final = ("않", "못", "없")
# "There is none", said behind what there is none of ("bağlantı yok", "接続がありません").
_LACKING: Final = ("yok", "없", "ありません", "なし")
_TOKEN = re.compile(
    rf"[{SPACELESS}]+|[^\W{SPACELESS}]+(?:'t\b)?|@|(?:[!?;:]|\.(?!(?<=\d\.)\s\d))(?=\s|$)|(?<=\s)-{{1,2}}(?=\s)|[。！？；：\n|]"
)
_PIECE = re.compile(r"[^\W_]+(?:'t\b)?\*?|\*[^\W_]+\*?|@|\*")
_SENTENCE_END: Final = frozenset(".!?;。！？；\n|")
# "Failed: open connections", "not done - mailbox full": what denies does not reach over a colon or a dash.
_PAUSES: Final = frozenset((":", "：", "-", "--"))
_PAUSE_PLACES: Final = _BEFORE
_COMMAS: Final = (",", "，", "、")
_UMLAUT: Final = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))
_LONGEST_STEM = 24
_LONGEST_TOKEN = 60
_MOST_ITEMS = 40  # a sentence that goes on is read as several


_Row = tuple[tuple[str, ...], int]
_Rows = tuple[Mapping[str, tuple[_Row, ...]], tuple[_Row, ...]]


class Item(Struct, frozen=True):
    """A word of a text: where it stands, and the concepts it may mean (one bit each)."""

    place: float
    concepts: int
    last: bool = False  # a negation of a kind that stands after what it denies
    lacking: bool = False  # it says that there is none of what stands before it


class Sentence(Struct, frozen=True):
    """The words of one sentence that mean something; `concepts` has the bits of all."""

    items: tuple[Item, ...]
    concepts: int
    start: int


class Lexicon:
    """The words of all languages by what they mean.

    Args:
        concepts: name of the concept to its words by language, and `opposite` where negation turns it round.
    """

    def __init__(self, concepts: Mapping[str, Mapping[str, str]]) -> None:
        self.names: tuple[str, ...] = tuple(concepts)
        self.bit: Mapping[str, int] = {name: 1 << number for number, name in enumerate(self.names)}
        self._opposite: dict[int, int] = {}
        self._whole: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._parts: dict[str, int] = {}
        self._rows: dict[str, list[_Row]] = {}
        self._signs: dict[str, list[tuple[str, int]]] = {}
        for name, table in concepts.items():
            bit = self.bit[name]
            for language, words in table.items():
                if language == "opposite":
                    self._opposite[bit] = self.bit[words]
                    continue
                for word in words.split(","):
                    self._add(word.strip(), bit, language)
        for rows in self._rows.values():
            rows.sort(key=lambda row: -len(row[0]))
        for signs in self._signs.values():
            signs.sort(key=lambda sign: -len(sign[0]))
        self._part_pattern = (
            re.compile("|".join(sorted(map(re.escape, self._parts), key=len, reverse=True))) if self._parts else None
        )
        self._flippable = 0
        for bit in self._opposite:
            self._flippable |= bit
        self._advice = self.bit.get(ADVICE, 0)
        self._failing = self.bit.get("failed", 0) | self.bit.get("refused", 0)
        self._denies = 0
        for name in DENYING:
            self._denies |= self.bit.get(name, 0)
        self._concepts_of = lru_cache(maxsize=4096)(self._look_up)
        self._rows_of = lru_cache(maxsize=4096)(self._rows_beginning)

    def _add(self, word: str, bit: int, language: str) -> None:
        if word.isascii():
            self._add_spelling(word.lower(), bit)
            return
        spelling = plain(word)
        self._add_spelling(spelling, bit)
        if language == "de":
            lowered = word.lower()
            for umlaut, pair in _UMLAUT:
                lowered = lowered.replace(umlaut, pair)
            other = plain(lowered)
            if other != spelling:
                self._add_spelling(other, bit)

    def _add_spelling(self, spelling: str, bit: int) -> None:
        if not spelling.isascii() and IS_SPACELESS.search(spelling):
            squeezed = spelling.replace(" ", "")
            self._signs.setdefault(squeezed[0], []).append((squeezed, bit))
        elif _is_word(spelling):
            self._put(self._whole, spelling, bit)
        elif _is_word(spelling[:-1]) and spelling[-1] == "*":
            self._put(self._stems, spelling[:-1], bit)
        elif _is_word(spelling.strip("*")):
            self._put(self._parts, spelling.strip("*"), bit)
        else:
            pieces = tuple(_PIECE.findall(spelling))
            if len(pieces) > 1:
                self._rows.setdefault(pieces[0].rstrip("*")[:3], []).append((pieces, bit))
            else:
                self._put(self._whole, spelling, bit)

    @staticmethod
    def _put(words: dict[str, int], word: str, bit: int) -> None:
        words[word] = words.get(word, 0) | bit

    def _look_up(self, token: str) -> tuple[int, int]:
        """The concepts of a word, and those of the rest of a compound after its stem."""
        found = self._whole.get(token, 0)
        if found:
            return found, 0
        if token[0].isdigit() and token != token.lstrip("0123456789") != "":
            number_less = token.lstrip("0123456789")  # "25MB"
            if number_less in self._whole:
                return self._whole[number_less], 0
        stem = 0
        for length in range(min(len(token), _LONGEST_STEM), 1, -1):
            found = self._stems.get(token[:length], 0)
            if found:
                stem = length
                break
        return found, self._parts_after(token, stem)

    def _parts_after(self, token: str, stem: int) -> int:
        """The concepts of the parts of a word after its first letters: of a compound, or an ending that denies."""
        rest = 0
        if self._part_pattern is not None and len(token) > stem + 3:
            for part in self._part_pattern.findall(token, stem):
                rest |= self._parts[part]
        return rest

    def read(self, text: str) -> tuple[Sentence, ...]:
        """The sentences of a text that hold known concepts, in order, negation applied.

        What is said aside with a condition, as "(if two-step sign-in is on, use an app password)", is advice, and last.
        """
        text, asides = asides_apart(text)
        sentences = self._read(text)
        for aside in asides:
            sentences += [replace(each, concepts=each.concepts | self._advice) for each in self._read(aside)]
        return tuple(sentences)

    def _read(self, text: str) -> list[Sentence]:
        text = without_names(text)
        tokens: list[tuple[str, int]] = [(found[0][:_LONGEST_TOKEN], found.start()) for found in _TOKEN.finditer(text)]
        sentences: list[Sentence] = []
        items: list[Item] = []
        start = place = number = 0
        while number < len(tokens):
            token, at = tokens[number]
            if text[at] == "\n" and number and tokens[number - 1][0] in _PAUSES:
                number += 1  # what was announced stands on the next line: "The server lacks:", "STARTTLS"
                continue
            if token in _SENTENCE_END or len(items) >= _MOST_ITEMS:
                self._close(items, start, sentences)
                items, place = [], 0
                start = at
                if token in _SENTENCE_END:
                    number += 1
                    continue
            if token in _PAUSES:
                if self._advises(tokens, number + 1) or self._advises_at_the_end(tokens, number + 1, items):
                    # "The server is silent: check the name" gives advice beside the reason, in a sentence of its own.
                    self._close(items, start, sentences)
                    items, place, start = [], 0, at
                place += _PAUSE_PLACES
                number += 1
                continue
            if items and self._advises_behind_comma(text, tokens, number):
                self._close(items, start, sentences)
                items, place, start = [], 0, at
            if IS_SPACELESS.match(token):
                # What follows over a blank belongs to the word: Korean spaces its phrases, the lexicon does not.
                joined, used = token, 1
                while (
                    number + used < len(tokens)
                    and IS_SPACELESS.match(tokens[number + used][0])
                    and not self._advises_behind_comma(text, tokens, number + used)
                ):
                    joined += tokens[number + used][0]
                    used += 1
                place = self._read_signs(joined, place, items)
                number += used
                continue
            mixed = self._mixed_at(tokens, number)
            if mixed is not None:
                concepts, rest_of_next = mixed
                items.append(Item(place, concepts))
                place += 1
                number += 1
                tokens[number] = (rest_of_next, tokens[number][1])
                if not rest_of_next:
                    number += 1
                continue
            row = self._row_at(tokens, number, token)
            if row is not None:
                length, concepts, stem = row
                items.append(Item(place, concepts, token in _STANDS_LAST))
                rest = self._parts_after(tokens[number + length - 1][0], stem) if stem else 0
                if rest:
                    items.append(Item(place + length - 0.5, rest))
                place += length
                number += length
                continue
            concepts, rest = self._concepts_of(token)
            if concepts:
                items.append(Item(place, concepts, token in _STANDS_LAST, token in _LACKING))
            if rest:
                items.append(Item(place + 0.5, rest))
            place += 1
            number += 1
        self._close(items, start, sentences)
        return sentences

    def _advises_behind_comma(self, text: str, tokens: list[tuple[str, int]], number: int) -> bool:
        """Whether an advice begins there, behind a comma."""
        at = tokens[number][1]
        return text[max(0, at - 2) : at].rstrip()[-1:] in _COMMAS and self._advises(tokens, number)

    def _advises(self, tokens: list[tuple[str, int]], number: int) -> bool:
        """Whether the words there begin an advice."""
        if number >= len(tokens):
            return False
        token = tokens[number][0]
        if IS_SPACELESS.match(token):
            return any(bit & self._advice and token.startswith(word) for word, bit in self._signs.get(token[0], ()))
        row = self._row_at(tokens, number, token)
        return bool(self._advice & (row[1] if row is not None else self._concepts_of(token)[0]))

    def _advises_at_the_end(self, tokens: list[tuple[str, int]], number: int, items: list[Item]) -> bool:
        """Whether what failed is said, and the clause that begins there is advice by its last words ("... prüfen")."""
        if not any(item.concepts & self._failing for item in items):
            return False
        words: list[tuple[str, int]] = []
        for token in tokens[number : number + _MOST_ITEMS]:
            if token[0] in _SENTENCE_END or token[0] in _PAUSES:
                break
            words.append(token)
        return any(self._advises(words, len(words) - back) for back in (1, 2) if back < len(words))

    def _mixed_at(self, tokens: list[tuple[str, int]], number: int) -> tuple[int, str] | None:
        """A word of Latin letters and a spaceless script ("APIキー") that begins here: concepts, what follows it."""
        token = tokens[number][0]
        words = self._signs.get(token[0])
        if not words or number + 1 == len(tokens) or not IS_SPACELESS.match(tokens[number + 1][0]):
            return None
        joined = token + tokens[number + 1][0]
        for word, bit in words:
            if len(word) > len(token) and joined.startswith(word):
                return bit, joined[len(word) :]
        return None

    def _row_at(self, tokens: list[tuple[str, int]], number: int, first: str) -> tuple[int, int, int] | None:
        """The longest row of words that begins here: its length, its concepts, the letters known of its last word.

        The letters are 0 where the last word is known as a whole.
        """
        left = len(tokens) - number
        known = self._rows_of(first) if left > 1 else None
        if not known:
            return None
        by_second, others = known
        rows = by_second.get(tokens[number + 1][0], others) if by_second else others
        best: tuple[int, int, int] | None = None
        for pieces, bit in rows:
            length = len(pieces)
            if best is not None and length < best[0]:
                break
            if length > left:
                continue
            for ahead in range(1, length):
                piece, token = pieces[ahead], tokens[number + ahead][0]
                if token != piece and not (piece[-1] == "*" and token.startswith(piece[:-1])):
                    break
            else:
                stem = len(pieces[-1]) - 1 if pieces[-1][-1] == "*" else 0
                best = (length, bit | (best[1] if best is not None else 0), stem)
        return best

    def _rows_beginning(self, first: str) -> _Rows | None:
        """The rows whose first word this may be, the longest first, by their second word, and those of any second."""
        rows = [
            row
            for row in self._rows.get(first[:3], ())
            if row[0][0] == first or (row[0][0][-1] == "*" and first.startswith(row[0][0][:-1]))
        ]
        if not rows:
            return None
        others = tuple(row for row in rows if row[0][1][-1] == "*")
        seconds = {row[0][1] for row in rows} - {row[0][1] for row in others}
        return {each: tuple(row for row in rows if row[0][1] == each or row in others) for each in seconds}, others

    def _read_signs(self, text: str, place: int, items: list[Item]) -> int:
        at = 0
        while at < len(text):
            length, concepts = 0, 0
            for word, bit in self._signs.get(text[at], ()):
                if len(word) < length:
                    break
                if text.startswith(word, at):
                    length, concepts = len(word), concepts | bit
            if length:
                items.append(Item(place, concepts, text.startswith(_SIGNS_LAST, at), text.startswith(_LACKING, at)))
                at += length
                place += 1
            else:
                at += 1
        return place

    def _close(self, items: list[Item], start: int, sentences: list[Sentence]) -> None:
        if not items:
            return
        turned = tuple(self._turn(item, items) for item in items)
        concepts = 0
        for item in turned:
            concepts |= item.concepts
        sentences.append(Sentence(turned, concepts, start))

    def _turn(self, item: Item, items: Iterable[Item]) -> Item:
        """The item, with the opposite of a concept that a negation beside it denies."""
        if not item.concepts & self._flippable:
            return item
        denied = any(
            other is not item
            and other.concepts & self._denies
            and (0 < item.place - other.place <= _BEFORE or (other.last and 0 < other.place - item.place <= _AFTER))
            for other in items
        )
        if not denied:
            return item
        kept = item.concepts & ~self._flippable
        for bit, opposite in self._opposite.items():
            if item.concepts & bit:
                kept |= opposite
        return Item(item.place, kept, item.last, item.lacking)

    def names_of(self, concepts: int) -> tuple[str, ...]:
        """The names of the concepts whose bits are set."""
        return tuple(name for name in self.names if concepts & self.bit[name])


def _is_word(spelling: str) -> bool:
    """Whether it is one word; the name of a setting is one, too ("smtp_from")."""
    return spelling.replace("_", "").isalnum()


def read_lexicon(folder: Path) -> Lexicon:
    """The lexicon of a folder's things.toml and states.toml.

    Raises:
        ResourceError: naming the file and what is wrong in it.
    """
    concepts: dict[str, dict[str, str]] = {}
    for path in (folder / "things.toml", folder / "states.toml"):
        table = read_toml(path)
        for name in table.keys():  # noqa: SIM118 - not a dict
            concepts[name] = table.texts_by_name(name)
    for name, words in concepts.items():
        if words.get("opposite", name) not in concepts:
            table.fail(name, tr("its opposite “{concept}” is no concept", concept=words["opposite"]))
    return Lexicon(concepts)
