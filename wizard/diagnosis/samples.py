"""The samples of `resources/samples`: what is said in each language, and what it must and must not be taken for.

A file holds a language. A table is a step (client, auth, rcpt ...), a key in it a cause, its list the texts that mean
the cause. Tables `not.STEP` hold texts that tempt to the cause beside them, and mean another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from wizard.assets import resources
from wizard.diagnosis.client_errors import read
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.meanings import REPLY, STEPS, Combination, Meanings
from wizard.diagnosis.rule import Cause
from wizard.language import tr
from wizard.toml_reader import Table, read_toml


class Saying(Struct, frozen=True):
    """A text as a program or server says it; `tempting` when `cause` is what it must not be taken for."""

    text: str
    step: str
    language: str
    cause: str
    tempting: bool = False


def load_sayings(folder: Path | None = None) -> tuple[Saying, ...]:
    """Every sample of a folder, ours when none is given.

    Raises:
        ResourceError: naming the file and the key.
    """
    folder = folder or resources() / "samples"
    return tuple(saying for path in sorted(folder.glob("*.toml")) for saying in _of_file(path))


def unproven(sayings: Iterable[Saying], diagnoser: Diagnoser) -> tuple[str, ...]:
    """The samples that come out otherwise than they must, a sentence each."""
    found: list[str] = []
    for saying in sayings:
        answer = diagnoser.of_text(saying.text, stage=saying.step).cause
        if (answer == saying.cause) is saying.tempting:
            if saying.tempting:
                sentence = tr(
                    "{language}, {step}: not {cause}: is taken for it: {text}",
                    language=saying.language,
                    step=saying.step,
                    cause=saying.cause,
                    text=repr(saying.text[:100]),
                )
            else:
                sentence = tr(
                    "{language}, {step}: {cause}: gives “{answer}”: {text}",
                    language=saying.language,
                    step=saying.step,
                    cause=saying.cause,
                    answer=answer,
                    text=repr(saying.text[:100]),
                )
            found.append(sentence)
    return tuple(found)


def unshown(sayings: Iterable[Saying], causes: Iterable[Cause], meanings: Meanings) -> tuple[str, ...]:
    """The combinations that no sample of their cause shows, a sentence each: nobody knows whether they are right."""
    texts = [(saying.text, saying.step, saying.cause) for saying in sayings if not saying.tempting]
    texts += [(sample.text, sample.stage or "client", cause.id) for cause in causes for sample in cause.samples]
    shown: set[Combination] = set()
    for text, step, cause in texts:
        reading = read(text)
        places = frozenset((step, REPLY)) if reading.code else frozenset((step,))
        shown |= {line for line in meanings.lines_of(reading.sentences, places) if line.cause == cause}
    return tuple(
        tr("{cause}: no sample shows “{line}”.", cause=combination.cause, line=combination.line)
        for combination in meanings.combinations
        if combination not in shown
    )


def _of_file(path: Path) -> Iterator[Saying]:
    whole = read_toml(path)
    yield from _of_steps(whole, path.stem, tempting=False)
    tempting = whole.table("not")
    if tempting is not None:
        yield from _of_steps(tempting, path.stem, tempting=True)
        tempting.end()
    whole.end()


def _of_steps(table: Table, language: str, *, tempting: bool) -> Iterator[Saying]:
    for step in STEPS:
        causes = table.table(step)
        if causes is None:
            continue
        for cause in causes.keys():  # noqa: SIM118 - not a dict
            for text in causes.texts(cause, needed=True):
                yield Saying(text, step, language, cause, tempting)
