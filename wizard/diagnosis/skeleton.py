"""A new diagnosis file around a reply that somebody pasted: valid and proven by it; only the sentences are missing."""

from __future__ import annotations

import json
import re
from typing import Final

from wizard.diagnosis.client_errors import read
from wizard.diagnosis.pasted_secrets import told_again
from wizard.diagnosis.rule import fold
from wizard.language import tr

LONGEST_SAMPLE: Final = 500
BLANK_TITLE: Final = "Say here in one line what is wrong"
BLANK_WHY: Final = "Say here in one or two sentences why, without blame."
_ADDRESS: Final = re.compile(r"[^\s<>@\"',;:()]+@[^\s<>@\"',;:()]+")
_TELLING_RUN: Final = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")


def skeleton(text: str, *, stage: str | None, protocol: str | None, server: str | None, today: str) -> str:
    """The file's content; addresses and what looks like a secret are masked, `today` is the day it was seen (ISO).

    Raises:
        ValueError: the text holds no words that a phrase could be made of.
    """
    telling = " ".join(told_again(text, read(text)).split())
    shown = _ADDRESS.sub("ada@example.org", telling)[:LONGEST_SAMPLE]
    phrase = max(_TELLING_RUN.findall(fold(_ADDRESS.sub(". ", telling))), key=len, default="")
    if len(phrase) < 6:
        raise ValueError(tr("it holds no words that tell this cause from others"))
    facts = {"text": shown, "stage": stage, "protocol": protocol, "server": server, "seen": today}
    sample = "\n".join(f"{key} = {_toml(value)}" for key, value in facts.items() if value)
    return f"""\
# What is said to the person. docs/FACTS.md lists the placeholders, and the keys that a match may name.
title = {_toml(BLANK_TITLE)}
why = {_toml(BLANK_WHY)}

[[match]]
text = [{_toml(phrase)}]

[[remedy]]
id = "try-again"
say = "Check again"
do = "try-again"

[[sample]]
{sample}
"""


def _toml(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
