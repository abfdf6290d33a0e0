"""Every cause has its file, every sample its cause, and nothing ties."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from wizard.assets import resources
from wizard.diagnosis.catalogue import COMPILED, Catalogue, compiled, load_cause
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.proof import faults
from wizard.diagnosis.rule import Facts
from wizard.errors import ResourceError
from wizard.model.refusal import Refusal

CAUSES = {
    "input": "address-malformed address-mistyped incoming-server-used password-unusable",
    "dns": "server-in-own-network server-name-not-found domain-not-registered dns-unavailable",
    "connect": "no-internet captive-portal connection-refused connection-timed-out network-unreachable "
    "connection-dropped greeting-timeout not-a-mail-server wrong-protocol "
    "server-busy client-ip-blocked helo-refused security-software-interference",
    "tls": "tls-mode-mismatch starttls-not-offered tls-required certificate-expired certificate-not-yet-valid "
    "certificate-self-signed certificate-untrusted certificate-name-mismatch certificate-revoked tls-version-too-old "
    "tls-handshake-failed tls-intercepted clock-wrong no-trust-store",
    "auth": "bad-credentials app-password-required oauth-required smtp-auth-disabled mail-access-disabled "
    "username-format web-login-required account-disabled "
    "too-many-attempts auth-mechanism-unsupported auth-not-offered auth-required "
    "temporary-auth-failure password-expired api-key-required token-expired consent-required server-not-agreed",
    "envelope": "relay-denied sender-not-allowed sender-not-verified recipient-unknown recipient-domain-invalid "
    "recipient-rejected recipient-mailbox-full sending-limit-exceeded sandbox-mode greylisted dmarc-or-spf-fail "
    "sender-address-rejected",
    "message": "message-too-large message-rejected-as-spam message-malformed",
    "other": "server-error unknown",
}

MINIMAL = """
title = "A title"
why = "Why it is so."
[[match]]
text = "the words of it"
[[remedy]]
id = "try-again"
say = "Check again"
do = "try-again"
"""


def test_every_cause_has_its_file_in_its_folder(catalogue: Catalogue) -> None:
    wanted = {name: stage for stage, names in CAUSES.items() for name in names.split()}
    assert {cause.id: cause.stage for cause in catalogue.causes.values()} == wanted


@pytest.mark.slow
def test_every_sample_gives_its_own_cause_without_a_tie(catalogue: Catalogue, diagnoser: Diagnoser) -> None:
    assert [str(fault) for fault in faults(catalogue.causes.values(), diagnoser)] == []


def test_every_cause_is_shown_by_at_least_three_samples(catalogue: Catalogue) -> None:
    assert {cause.id: len(cause.samples) for cause in catalogue.causes.values() if len(cause.samples) < 3} == {}


def test_samples_are_left_out_of_a_quick_load() -> None:
    quick = Catalogue.load([resources() / "diagnoses"])
    assert quick.causes["bad-credentials"].matches
    assert not any(cause.samples for cause in quick.causes.values())


def test_a_fault_is_found_when_another_cause_wins(catalogue: Catalogue, tmp_path: Path) -> None:
    path = _file(tmp_path, MINIMAL + '[[sample]]\ntext = "550 5.1.1 User unknown in virtual mailbox table"\n')
    cause = load_cause(path)
    with_it = Catalogue({**catalogue.causes, cause.id: cause}, catalogue.families)
    (fault,) = faults([cause], Diagnoser(with_it))
    assert (fault.winner, fault.is_tie) == ("recipient-unknown", False)


def test_a_cause_that_a_pack_words_anew_keeps_the_refusals_of_ours(tmp_path: Path) -> None:
    _file(tmp_path, MINIMAL, "consent-required")
    folders = [tmp_path, resources() / "diagnoses"]
    assert Catalogue.load(folders).cause_of_refusal(Refusal.CONSENT_MISSING).title.wordings == ("A title",)
    _file(tmp_path, 'refusals = ["consent-missing"]\n' + MINIMAL, "ask-the-helpdesk")
    assert Catalogue.load(folders).cause_of_refusal(Refusal.CONSENT_MISSING).id == "ask-the-helpdesk"
    assert Catalogue.load(folders).cause_of_refusal(Refusal.BLOCKED_BY_POLICY).id == "consent-required"


def test_a_refusal_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = _file(tmp_path, 'refusals = ["declinde"]\n' + MINIMAL)
    with pytest.raises(ResourceError, match=r"refusals.*declinde"):
        load_cause(path)


def test_a_tie_is_found(catalogue: Catalogue, tmp_path: Path) -> None:
    text = "quite unheard of words"
    both = [load_cause(_file(tmp_path, MINIMAL.replace("the words of it", text), name)) for name in ("one", "two")]
    with_them = Catalogue({**catalogue.causes, **{cause.id: cause for cause in both}}, catalogue.families)
    sample = load_cause(
        _file(tmp_path, MINIMAL.replace("the words of it", text) + f'[[sample]]\ntext = "{text}"\n', "one")
    )
    (fault,) = faults([sample], Diagnoser(with_them))
    assert fault.is_tie


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        (MINIMAL.replace('title = "A title"', "title = 3.5"), "title"),
        (MINIMAL.replace("why =", "because ="), "why"),
        (MINIMAL.replace("text =", "words ="), "words"),
        (MINIMAL.replace('"the words of it"', '"it"'), "match 1.text"),
        (MINIMAL.replace('do = "try-again"', 'do = "dance"'), "remedy 1.do"),
        (MINIMAL.replace('do = "try-again"', 'do = "open-url"'), "remedy 1.url"),
        (MINIMAL.replace('do = "try-again"', 'do = "change-settings"\nchange = "the-world"'), "remedy 1.change"),
        (MINIMAL.replace('id = "try-again"', 'id = "Try again"'), "remedy 1.id"),
        (MINIMAL.replace("A title", "A {colour}"), "colour"),
        (MINIMAL.replace("A title", "A {host}"), "title"),
        (MINIMAL.partition("[[remedy]]")[0], "remedy"),
        (MINIMAL + "[[sample]]\nstage = 'auth'\n", "sample 1.text"),
        ("title = ", ""),
        ('because = "x"\n' + MINIMAL, "because"),
        (MINIMAL.replace("[[match]]", '[[match]]\nkind = "conection-refused"'), "match 1.kind: “conection-refused”"),
        (MINIMAL.replace("[[match]]", '[[match]]\nstage = "athu"'), "match 1.stage: “athu”"),
        (MINIMAL.replace("[[match]]", '[[match]]\nenhanced = "5.2.252x"'), "match 1.enhanced: “5.2.252x”"),
        (MINIMAL.replace("[[match]]", '[[match]]\nseen = "sined-in"'), "match 1.seen: “sined-in”"),
        (MINIMAL + 'when = { line = "offlien" }', "remedy 1.when.line: “offlien”"),
        (MINIMAL + 'unless = { mood = "bad" }', "remedy 1.unless.mood"),
        (MINIMAL.replace('do = "try-again"', 'do = "edit-field"\nfield = "no-such-field"'), "remedy 1.field: “no-such"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_key(tmp_path: Path, broken: str, key: str) -> None:
    path = _file(tmp_path, broken)
    with pytest.raises(ResourceError) as caught:
        load_cause(path)
    assert path.name in str(caught.value)
    assert key in str(caught.value)


def test_an_earlier_folder_goes_before_a_later_one(tmp_path: Path) -> None:
    _file(tmp_path, MINIMAL, "bad-credentials")
    catalogue = Catalogue.load([tmp_path, resources() / "diagnoses"])
    assert catalogue.causes["bad-credentials"].title.wordings == ("A title",)


def _file(folder: Path, text: str, name: str = "new-cause") -> Path:
    path = folder / "auth" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands for the causes that come with the program."""
    monkeypatch.setattr("wizard.assets.resources", lambda: tmp_path)
    folder = tmp_path / "diagnoses"
    folder.mkdir()
    return folder


def test_compiled_and_plain_files_say_the_same(catalogue: Catalogue, ours: Path) -> None:
    copy = shutil.copytree(resources() / "diagnoses", ours, dirs_exist_ok=True)
    (copy / COMPILED).write_text(compiled(copy), "utf-8")
    quick = Catalogue.load([copy])
    assert quick.families == catalogue.families
    assert quick.causes == {name: replace(cause, samples=()) for name, cause in catalogue.causes.items()}


@pytest.mark.parametrize("title", ["A longer title", "B title"])
def test_a_file_that_changed_since_it_was_compiled_works_at_once(ours: Path, title: str) -> None:
    path = _file(ours, MINIMAL, "unknown")
    (ours / COMPILED).write_text(compiled(ours), "utf-8")
    path.write_text(MINIMAL.replace("A title", title), "utf-8")
    assert Catalogue.load([ours]).causes["unknown"].title.wordings == (title,)


@pytest.mark.parametrize("damaged", ["", "[]", '{"digest": "0", "documents": {}}', "\x00"])
def test_damaged_compiled_causes_are_passed_over(ours: Path, damaged: str) -> None:
    _file(ours, MINIMAL, "unknown")
    (ours / COMPILED).write_text(damaged, "utf-8")
    assert set(Catalogue.load([ours]).causes) == {"unknown"}


def test_a_compiled_cause_that_cannot_be_decoded_is_read_from_its_file(ours: Path) -> None:
    _file(ours, MINIMAL, "unknown")
    said = compiled(ours)
    assert '"wordings":["A title"]' in said
    (ours / COMPILED).write_text(said.replace('"wordings":["A title"]', '"wordings":7'), "utf-8")
    assert Catalogue.load([ours]).causes["unknown"].title.wordings == ("A title",)


def test_where_nothing_was_said_the_same_causes_are_ranked_as_where_no_word_fits(catalogue: Catalogue) -> None:
    ways = [match for cause in catalogue.causes.values() for match in cause.matches if not match.text]
    assert len(ways) > 200
    for match in ways:
        facts = Facts(values=dict(match.keys))
        assert catalogue.rank(facts) == catalogue.rank(replace(facts, text="zzqx zzqx"))


def test_what_a_pack_says_it_compiled_is_not_believed(ours: Path, tmp_path: Path) -> None:
    _file(ours, MINIMAL, "unknown")
    pack = tmp_path / "pack"
    pack.mkdir()
    _file(pack, MINIMAL, "smart-card-required")
    said = compiled(ours).replace("unknown.toml", "smart-card-required.toml")
    (pack / COMPILED).write_text(said.replace("A title", "Another title"), "utf-8")
    assert Catalogue.load([pack, ours]).causes["smart-card-required"].title.wordings == ("A title",)
    (pack / COMPILED).write_text("[" * 100_000, "utf-8")
    assert "smart-card-required" in Catalogue.load([pack, ours]).causes


@pytest.mark.slow
def test_a_phrase_that_needs_nothing_else_means_its_cause_by_itself(catalogue: Catalogue, diagnoser: Diagnoser) -> None:
    overruled = [
        (cause.id, phrase.words)
        for cause in catalogue.causes.values()
        for match in cause.matches
        if not match.keys and not match.also
        for phrase in match.text
        if diagnoser.of_text(re.sub(r"[*]", "", phrase.words).replace("...", " ").replace("#", "25")).cause
        not in (cause.id, *(other.cause for other in cause.instead))  # "could not connect to" says not that it refused
    ]
    assert overruled == []
