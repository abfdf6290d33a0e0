"""How the catalogue is measured: by labels, by language and certainty, and without the phrases of a text's sources."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.rule import Match, Phrase
from wizard.diagnosis.score import figures, judge, judge_left_out, shares

CAUSE = "greylisted"


def line(number: int, text: str, source: str, cause: str = CAUSE) -> str:
    return json.dumps({"id": f"t{number}", "text": text, "cause": cause, "lang": "en", "source": source})


def test_right_answers_are_counted_by_language_and_by_how_sure_they_were(diagnoser: Diagnoser) -> None:
    judged = judge([line(1, "greylisted", "a"), line(2, "greylisted", "b", "bad-credentials"), " "], diagnoser)
    assert figures(judged) == "    2 lines  acceptable  50.0%  exact  50.0%  macro over 2 causes  50.0%"
    assert shares(judged)[0].split() == ["en", "1", "of", "2", "50.0%"]
    assert shares(judged)[1].startswith("said 0.")


@pytest.mark.slow
def test_a_phrase_that_only_a_text_s_own_sources_show_does_not_help_it(catalogue: Catalogue) -> None:
    """Two texts of one repository show one made-up phrase, a text of another the other and a first one's."""
    cause = catalogue.causes[CAUSE]
    made_up = Match((), text=(Phrase.parse("zyxwv qponm"), Phrase.parse("hgfed zyxwv")))
    taught = Catalogue(
        dict(catalogue.causes) | {CAUSE: replace(cause, matches=(*cause.matches, made_up))}, catalogue.families
    )
    lines = [
        line(1, "zyxwv qponm", "https://github.com/ada/one/issues/1"),
        line(2, "zyxwv qponm again", "https://github.com/ada/one/issues/2"),
        line(3, "hgfed zyxwv", "https://example.org/a"),
        line(4, "hgfed zyxwv", "https://example.net/b"),
    ]
    right = {row.id: row.acceptable for row in judge_left_out(lines, taught)}
    assert right == {"t1": False, "t2": False, "t3": True, "t4": True}
