"""docs/FACTS.md: every key that a diagnosis file may name, with its values."""

from __future__ import annotations

from wizard.diagnosis.cause_file import PLACEHOLDERS
from wizard.diagnosis.fact_keys import KEYS
from wizard.diagnosis.rule import PHRASE_KEYS, Do
from wizard.model.diagnosis import Change, Field

_HEAD = """\
# The facts that a diagnosis file may name

Written by `mailwright catalogue facts > docs/FACTS.md` from wizard/diagnosis/fact_keys.py; the head of
wizard/diagnosis/cause_file.py says what a file holds. In a `[[match]]` every key must hold; the weights of its keys
and of its longest phrase add up, and the cause with the largest sum is told. A `[[remedy]]` may name the same keys in
`when` and `unless`.
"""


def page() -> str:
    """The page, in Markdown."""
    lines = [_HEAD]
    for key, fact in sorted(KEYS.items(), key=lambda item: (-item[1].weight, item[0])):
        lines += [f"## {key}", "", f"{fact.says}. Weight {fact.weight}.", ""]
        if fact.values:
            lines += [f"- `{value}`" for value in sorted(fact.values)]
        if fact.pattern is not None:
            lines.append(f"- {'or ' if fact.values else ''}any text of the form `{fact.pattern.pattern}`")
        lines.append("")
    lines += [
        "## Phrases",
        "",
        f"{', '.join(f'`{key}`' for key in PHRASE_KEYS)}: plain words as they stand in the reply, in any case.",
        "`*` is the rest of a word, `#` a number, `...` up to 80 characters of anything.",
        "`issuer` looks at the certificate's issuer.",
        "",
        "## What a remedy does",
        "",
        "`do` is one of " + ", ".join(f"`{do}`" for do in Do) + ".",
        "`change` is one of " + ", ".join(f"`{change}`" for change in Change) + ".",
        "`field` is one of " + ", ".join(f"`{field}`" for field in Field) + ".",
        "",
        "## Placeholders",
        "",
        "In titles, reasons, buttons, pages and messages:",
        ", ".join(f"`{{{name}}}`" for name in sorted(PLACEHOLDERS)) + ".",
    ]
    return "\n".join(lines) + "\n"
