"""Reads one diagnosis file, checked strictly. Its name is the cause's id, its folder the stage.

Top-level keys; those with a star must be there. A text with {placeholders} may be a list of wordings, the most telling
first: the first whose placeholders are all known is said.

    title*, why*      the last wording must do without placeholders
    ask_administrator what a message to the mail administrator asks for
    general           true: these words often stand beside those of a more telling cause, so they count half

What the cause means beyond its own card (model/diagnosis.py, Implications):

    whole_account     true: the account is refused, not one side of it; the other side is not asked with this password
    plain_refusal     true: name or password is wrong, no more is said; the other form of the name may be tried once
    temporary         true: it may be over in a moment; tried once more, politely
    whole_line        true: it holds for the computer or its line; one card for both sides
    sending_only      true: servers for sending alone tell of it; the same words from one for receiving mean another
    hides_others      true: nothing else can be judged before this is put right; told first and alone
    explains          causes that say of the other side what this one says in full
    token             wanted, refused: what it says of a browser sign-in's token
    refusals          how a browser sign-in ended that this cause is shown for (model/refusal.py)

Tables:

    [[match]]   one way to recognise the cause: every key holds. The keys of fact_keys.py, each with a value or a list
                of which one holds; text, also, issuer: lists of phrases (rule.py) of which one is found; general
    [[remedy]]  id*, say*, do* and what it needs: change, field, url, text, seconds; steps, steps_from; automatic;
                last_resort; when = {key = values}: only where all of these hold; unless = {key = values}: not where
                one of these holds; both may name text, phrases of which one is in the reply
    [[case]]    when, unless as above, and what is said then instead: title, why, ask_administrator, or nobody_to_ask =
                true where no administrator can help; the first case that holds is said
    [[instead]] cause*, when, unless as above: the cause that is meant then, though the words are this one's
    [[sample]]  text* that was really seen, with stage, protocol, server, provider, seen (the day); stands last
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from wizard.diagnosis.fact_keys import KEYS
from wizard.diagnosis.rule import (
    ALWAYS,
    NO_CONDITIONS,
    PHRASE_KEYS,
    Case,
    Cause,
    Conditions,
    Do,
    Instead,
    Match,
    Phrase,
    Presupposed,
    RemedyRule,
    Sample,
    Sentences,
    placeholders,
)
from wizard.language import tr
from wizard.language.data_texts import cause_context
from wizard.model.diagnosis import Change, Field, Implications, Token
from wizard.model.refusal import Refusal
from wizard.toml_reader import Table

PLACEHOLDERS: Final = frozenset(
    [
        "address",
        "addresses",
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
        "isp",
        "isp_relay",
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
        "recipient_limit",
        "reply",
        "reply_code",
        "reply_url",
        "security_url",
        "senders_url",
        "server",
        "sha256",
        "side",
        "size",
        "speaks",
        "suggestion",
        "today",
        "unlock_url",
        "username",
        "wait_time",
        "webmail_url",
    ]
)

_NEEDS: Final = {Do.CHANGE_SETTINGS: "change", Do.EDIT_FIELD: "field", Do.OPEN_URL: "url", Do.COPY_TEXT: "text"}
_STEPS_FROM: Final = ("app-password", "preparation")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def cause_of(path: Path, document: Mapping[str, Any]) -> Cause:
    """The cause in a parsed file.

    Raises:
        ResourceError: naming file and key.
    """
    table = Table(document, path.name)
    if not _ID.fullmatch(path.stem):
        table.fail(tr("the file name"), tr("must be lower-case words with hyphens"))
    cause = Cause(
        id=path.stem,
        stage=path.parent.name,
        title=_always_said(table, "title"),
        why=_always_said(table, "why"),
        ask_administrator=_sentences(table, "ask_administrator"),
        matches=tuple(_match(each) for each in table.tables("match")),
        remedies=tuple(_remedy(each) for each in table.tables("remedy")),
        instead=tuple(_instead(each) for each in table.tables("instead")),
        cases=tuple(_case(each) for each in table.tables("case")),
        samples=tuple(_sample(each) for each in table.tables("sample")),
        general=table.flag("general"),
        implies=_implications(table),
        refusals=table.members("refusals", Refusal),
    )
    if not cause.remedies:
        table.fail("remedy", tr("is missing: every cause needs at least one"))
    table.end()
    return cause


def _implications(table: Table) -> Implications:
    return Implications(
        whole_account=table.flag("whole_account"),
        plain_refusal=table.flag("plain_refusal"),
        temporary=table.flag("temporary"),
        whole_line=table.flag("whole_line"),
        sending_only=table.flag("sending_only"),
        hides_others=table.flag("hides_others"),
        explains=table.texts("explains"),
        token=table.optional_member("token", Token),
    )


def _match(table: Table) -> Match:
    if not table.keys():
        table.fail("match", tr("is empty"))
    match = Match(
        keys=_keys(table),
        general=table.flag("general"),
        **{key: _phrases(table, key) for key in PHRASE_KEYS},
    )
    table.end()
    return match


def _keys(table: Table) -> tuple[tuple[str, frozenset[str]], ...]:
    """The keys of facts in a table, in its order."""
    found: list[tuple[str, frozenset[str]]] = []
    for key in table.keys():  # noqa: SIM118 - not a dict, and its keys are taken on the way
        if key not in KEYS:
            continue
        values = table.texts(key, or_one=True, numbers=True)
        for value in values:
            if not KEYS[key].takes(value):
                if known := ", ".join(sorted(KEYS[key].values)):
                    said = tr(
                        "“{value}” is not a value it takes: one of {known} is needed", value=value[:80], known=known
                    )
                else:
                    said = tr("“{value}” is not a value it takes", value=value[:80])
                table.fail(key, said)
        found.append((key, frozenset(values)))
    return tuple(found)


def _presupposed(table: Table) -> Presupposed:
    return Presupposed(_conditions(table, "when"), _conditions(table, "unless"))


def _conditions(table: Table, key: str) -> Conditions:
    inner = table.table(key)
    if inner is None:
        return NO_CONDITIONS
    found = Conditions(_keys(inner), _phrases(inner, "text"))
    inner.end()
    if found == NO_CONDITIONS:
        table.fail(key, tr("is empty"))
    return found


def _phrases(table: Table, key: str) -> tuple[Phrase, ...]:
    try:
        return tuple(Phrase.parse(words) for words in table.texts(key, or_one=True))
    except ValueError as error:
        table.fail(key, str(error))


def _sentences(table: Table, key: str) -> Sentences | None:
    if key not in table:
        return None
    wordings = table.texts(key, or_one=True)
    for wording in wordings:
        for name in placeholders(wording):
            if name not in PLACEHOLDERS:
                table.fail(key, tr("the placeholder {{{name}}} is not known", name=name))
    return Sentences(wordings, "" if key == "url" else cause_context(table.file.removesuffix(".toml")))


def _needed_sentences(table: Table, key: str) -> Sentences:
    found = _sentences(table, key)
    if found is None:
        table.fail(key, tr("is missing"))
    return found


def _always_said(table: Table, key: str) -> Sentences:
    found = _needed_sentences(table, key)
    if placeholders(found.wordings[-1]):
        table.fail(key, tr("the last wording must do without placeholders"))
    return found


def _remedy(table: Table) -> RemedyRule:
    id_ = table.text("id")
    if not _ID.fullmatch(id_):
        table.fail("id", tr("must be lower-case words with hyphens"))
    do = table.member("do", Do)
    needed = _NEEDS.get(do)
    if needed is not None and needed not in table:
        table.fail(needed, tr("is missing: “{action}” needs it", action=do))
    steps_from = table.optional_text("steps_from")
    if steps_from is not None and steps_from not in _STEPS_FROM:
        table.fail("steps_from", tr("must be one of {known}", known=", ".join(_STEPS_FROM)))
    remedy = RemedyRule(
        id=id_,
        say=_needed_sentences(table, "say"),
        do=do,
        presupposed=_presupposed(table),
        change=table.optional_member("change", Change),
        field=table.optional_member("field", Field),
        url=_sentences(table, "url"),
        text=_sentences(table, "text"),
        seconds=table.whole("seconds", 1, 7 * 86_400),
        steps=table.texts("steps"),
        steps_from=steps_from,
        automatic=table.flag("automatic"),
        last_resort=table.flag("last_resort"),
    )
    table.end()
    return remedy


def _case(table: Table) -> Case:
    case = Case(
        presupposed=_presupposed(table),
        title=_sentences(table, "title"),
        why=_sentences(table, "why"),
        ask_administrator=_sentences(table, "ask_administrator"),
        nobody_to_ask=table.flag("nobody_to_ask"),
    )
    if case.presupposed == ALWAYS:
        table.fail("when", tr("is missing: a case needs when or unless"))
    table.end()
    return case


def _instead(table: Table) -> Instead:
    instead = Instead(table.text("cause"), _presupposed(table))
    if instead.presupposed == ALWAYS:
        table.fail("when", tr("is missing: another cause needs when or unless"))
    table.end()
    return instead


def _sample(table: Table) -> Sample:
    sample = Sample(
        text=table.text("text"),
        stage=table.optional_text("stage"),
        protocol=table.optional_text("protocol"),
        server=table.optional_text("server"),
        provider=table.optional_text("provider"),
        seen=table.optional_text("seen"),
    )
    table.end()
    return sample
