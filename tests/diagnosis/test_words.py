"""The words people read: plain, without blame, whole sentences."""

from __future__ import annotations

import re

from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.rule import Cause, placeholders

LONGEST_TITLE = 70
# A filled placeholder counts as much as the word it stands for usually takes.
USUAL_LENGTH = {
    "host": 18,
    "provider": 10,
    "port": 3,
    "speaks": 12,
    "certificate_not_before": 16,
    "certificate_issuer": 20,
}
BANNED = re.compile(
    r"!|\bplease\b|check (?:your|the) settings|\bauthenticat|\binvalid\b|\bincorrect\b|"
    r"\byou (?:failed|forgot|should have)\b|\bunfortunately\b|\bsorry\b|\bcredentials?\b",
    re.IGNORECASE,
)
JARGON = {
    "SMTP": ("sending", "SMTP, ", "(SMTP", "Authenticated SMTP", "IMAP, POP or SMTP", "IMAP, POP, SMTP"),
    "DNS": ("(DNS", "names"),
    "STARTTLS": ("SSL/TLS",),
    "SPF": ("records",),
}


def everything_said(cause: Cause) -> list[str]:
    """All wordings of a cause that a person reads in the window."""
    said = [*titles(cause), *reasons(cause)]
    for remedy in cause.remedies:
        said += [*remedy.say.wordings, *remedy.steps]
    return said


def titles(cause: Cause) -> list[str]:
    """Every headline, of its cases too."""
    return [
        wording
        for each in (cause.title, *(case.title for case in cause.cases))
        if each is not None
        for wording in each.wordings
    ]


def reasons(cause: Cause) -> list[str]:
    """Every reason, of its cases too."""
    return [
        wording
        for each in (cause.why, *(case.why for case in cause.cases))
        if each is not None
        for wording in each.wordings
    ]


def test_titles_are_short(catalogue: Catalogue) -> None:
    long = {}
    for cause in catalogue.causes.values():
        for title in titles(cause):
            length = len(re.sub(r"\{[a-z_]+\}", "", title)) + sum(
                USUAL_LENGTH.get(name, 12) for name in placeholders(title)
            )
            if length > LONGEST_TITLE:
                long[cause.id] = (title, length)
    assert long == {}


def test_why_takes_at_most_two_sentences(catalogue: Catalogue) -> None:
    long = [
        (cause.id, why)
        for cause in catalogue.causes.values()
        for why in reasons(cause)
        if len(re.findall(r"[.?](?:\s|$)", why)) > 2
    ]
    assert long == []


def test_no_banned_words(catalogue: Catalogue) -> None:
    found = []
    for cause in catalogue.causes.values():
        for text in everything_said(cause):
            # Names of boxes and switches in other programs are quoted as they stand there.
            if BANNED.search(re.sub("“[^”]*”", "", text)):
                found.append((cause.id, text))
    assert found == []


def test_jargon_stands_beside_its_plain_word(catalogue: Catalogue) -> None:
    found = []
    for cause in catalogue.causes.values():
        said = " ".join(everything_said(cause))
        for word, plain in JARGON.items():
            if re.search(rf"\b{word}\b", " ".join([*cause.title.wordings, *cause.why.wordings])) and not any(
                p in said for p in plain
            ):
                found.append((cause.id, word))
    assert found == []


def test_every_remedy_says_what_it_does(catalogue: Catalogue) -> None:
    for cause in catalogue.causes.values():
        for remedy in cause.remedies:
            assert all(
                3 <= len(say) <= 90 and say[0].isupper() and not say.endswith(".") for say in remedy.say.wordings
            ), (
                cause.id,
                remedy.id,
            )
