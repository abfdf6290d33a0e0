"""No text, however hostile, makes explaining fail, and none takes long."""

from __future__ import annotations

import json
import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timing import assert_ended_by
from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.document import diagnosis_document

pytestmark = pytest.mark.slow

CATALOGUE = Catalogue.load([resources() / "diagnoses"], with_samples=True)
DIAGNOSER = Diagnoser(CATALOGUE)
SAMPLES = [sample.text for cause in CATALOGUE.causes.values() for sample in cause.samples]
LONGEST = 1_000_000
EXAMPLES = int(os.environ.get("MAILWRIGHT_FUZZ", "500"))
MOST_SECONDS = 2.0  # for 1 MB; it takes a twentieth of that

PIECES = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(max_size=60),
    st.sampled_from(
        [
            "\n",
            "550-",
            "\\x80\\xff",
            "&#x0;",
            "\x00\x1b[31m",
            "\u202e",
            "Diagnostic-Code: ",
            "[ALERT] ",
            "\ud800",
            "{host}",
        ]
    ),
)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=6), st.integers(0, 200), st.sampled_from(["", "auth", "rcpt", "client", "nonsense"]))
def test_any_text_gets_an_answer(pieces: list[str], cut: int, stage: str) -> None:
    text = "".join(pieces)
    diagnosis = DIAGNOSER.of_text(text[:cut] + text[cut + 1 :], stage=stage, protocol="pop", server="[::1]:99999")
    assert diagnosis.cause in CATALOGUE.causes
    assert diagnosis.title
    assert diagnosis.remedies
    assert 0 < diagnosis.confidence <= 1
    json.dumps(diagnosis_document(diagnosis))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "\n",
        "error\n",
        "550-",
        "550-5.7.1 ",
        "<p",
        "&amp;",
        "\\xc3",
        "Ã",
        "one possibility is that ",
        "diagnostic-code: ",
        "password=",
        "AUTH PLAIN ",
        "a.",
        "1.",
        "a-",
        "user ... unknown ip ... blocked ",
        "证书",
        *SAMPLES[::50],
    ],
)
def test_a_megabyte_is_explained_in_time(unit: str) -> None:
    text = (unit * (LONGEST // len(unit) + 1))[:LONGEST]
    started = time.process_time()
    assert DIAGNOSER.of_text(text).cause in CATALOGUE.causes
    assert_ended_by(started, MOST_SECONDS, time.process_time)


def test_what_a_text_says_is_shown_inert() -> None:
    reply = DIAGNOSER.of_text("550 \x1b[31mRelay access denied\x00\u202e").reply
    assert reply is not None
    assert reply.text.isprintable()
