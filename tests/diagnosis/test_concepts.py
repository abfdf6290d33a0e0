"""Words of a dozen languages become concepts: by stem, in compounds, without accents or spacing, negation respected."""

from __future__ import annotations

import pytest

from wizard.diagnosis.concepts import Lexicon
from wizard.diagnosis.meanings import our_meanings


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """Ours."""
    return our_meanings().lexicon


def said(lexicon: Lexicon, text: str) -> set[str]:
    """The names of all concepts that a text holds."""
    return {name for sentence in lexicon.read(text) for name in lexicon.names_of(sentence.concepts)}


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("The PASSWORD has expired", {"password", "expired"}),
        ("Empfängeradresse abgelehnt", {"recipient", "address", "refused"}),
        ("Empfaengeradresse abgelehnt", {"recipient", "address", "refused"}),
        ("mot de passe expire", {"password", "expired"}),
        ("la contraseña caducó", {"password", "expired"}),
        ("証明書の有効期限が切れています", {"certificate", "expired"}),
        ("收件人 不 存在", {"recipient", "not-found"}),
        ("받는사람을 찾을 수 없습니다", {"recipient", "not-found"}),
        ("Sertifikanın süresi doldu", {"certificate", "expired"}),
        ("получатель отклонён", {"recipient", "refused"}),
        ("Nieprawidłowe hasło", {"password", "wrong"}),
        ("Giden sunucuya bağlanılamıyor", {"outgoing-server", "connection", "failed"}),
        ("Oturum açılamadı", {"sign-in", "failed"}),
    ],
)
def test_a_word_is_found_in_every_form(lexicon: Lexicon, text: str, concepts: set[str]) -> None:
    assert concepts <= said(lexicon, text)


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("The recipient was not accepted", "refused", "accepted"),
        ("Der Server unterstützt dieses Verfahren nicht", "unsupported", "supported"),
        ("Le serveur n'accepte pas ce compte", "refused", "accepted"),
        ("The name could not be found", "not-found", "found"),
        ("The recipient was accepted", "accepted", "refused"),
        ("Accepted. The other part is not here", "accepted", "refused"),
        ("Throttling failure: active connections", "enabled", "disabled"),
        ("Not done - accepted by the other part", "accepted", "refused"),
    ],
)
def test_a_negation_turns_what_is_beside_it(lexicon: Lexicon, text: str, there: str, not_there: str) -> None:
    concepts = said(lexicon, text)
    assert there in concepts
    assert not_there not in concepts


def test_addresses_and_host_names_say_nothing(lexicon: Lexicon) -> None:
    assert said(lexicon, "password@example.org https://mailbox.example.org/expired mail.refused.example") == set()


@pytest.mark.parametrize("name", ["imap.refused.example", "pop.example.org", "pop3.example.net", "IMAP.example.org"])
def test_a_name_that_begins_so_says_that_a_server_hands_mail_out(lexicon: Lexicon, name: str) -> None:
    assert said(lexicon, name) == {"incoming-host"}


def test_a_sentence_ends_where_it_ends(lexicon: Lexicon) -> None:
    first, second = lexicon.read("The recipient is fine. The password is wrong.")
    assert "password" not in lexicon.names_of(first.concepts)
    assert "recipient" not in lexicon.names_of(second.concepts)


@pytest.mark.parametrize("text", ["", "\x00", "。" * 50_000, "不" * 50_000, "not " * 20_000, "a" * 100_000, "\ud800"])
def test_whatever_is_read_ends(lexicon: Lexicon, text: str) -> None:
    assert isinstance(lexicon.read(text[:12_000]), tuple)


def test_the_lexicon_speaks_every_language_of_a_concept(lexicon: Lexicon) -> None:
    assert len(lexicon.names) >= 165


@pytest.mark.parametrize(
    "text", ["Zurückgewiesen", "Das Zertifikat ist ungültig", "Nicht unterstützt", "Die Namensauflösung ist gestört"]
)
def test_german_without_its_umlauts_says_the_same(lexicon: Lexicon, text: str) -> None:
    without = text.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    assert without != text
    assert said(lexicon, without) == said(lexicon, text) != set()


def test_advice_behind_a_pause_is_a_sentence_of_its_own(lexicon: Lexicon) -> None:
    reason, advice = lexicon.read("The server gives no answer: check the internet connection")
    assert "advice" not in lexicon.names_of(reason.concepts)
    assert {"advice", "internet"} <= set(lexicon.names_of(advice.concepts))


@pytest.mark.parametrize(
    "text",
    ["The mail failed, please check your password", "邮件发送失败,请检查密码", "O envio falhou, verifique a senha"],
)
def test_advice_behind_a_comma_is_a_sentence_of_its_own(lexicon: Lexicon, text: str) -> None:
    reason, advice = lexicon.read(text)
    assert "password" not in lexicon.names_of(reason.concepts)
    assert {"advice", "password"} <= set(lexicon.names_of(advice.concepts))


@pytest.mark.parametrize(
    ("text", "not_said"),
    [
        ("You cannot send as another user", "exceeded"),  # Turkish “aş”
        ("Nie udało się", "own"),  # German “Sie”
        ("Der Benutzer wurde gelöscht", "suspended"),  # French “geler”
        ("Falls es weiter so ist", "failed"),  # Spanish “fallar”
        ("The certificate of this person", "closed"),  # Italian “perso”
        ("the client", "user"),  # French “client”
        ("A mensagem ficou no servidor", "not"),  # English and Spanish “no”
    ],
)
def test_a_word_of_one_language_is_not_read_in_another(lexicon: Lexicon, text: str, not_said: str) -> None:
    assert not_said not in said(lexicon, text)


@pytest.mark.parametrize(
    "text", ["Failed: host, port check", "Bağlanılamadı: sunucuyu kontrol edin", "Failed - prüfen"]
)
def test_a_clause_that_ends_in_advice_is_a_sentence_of_its_own(lexicon: Lexicon, text: str) -> None:
    first, second = lexicon.read(text)
    assert "advice" not in lexicon.names_of(first.concepts)
    assert "advice" in lexicon.names_of(second.concepts)


def test_what_is_said_aside_under_a_condition_is_advice(lexicon: Lexicon) -> None:
    first, second = lexicon.read("Sign-in refused (if it is on, use an app password)")
    assert "app-password" not in lexicon.names_of(first.concepts)
    assert {"advice", "app-password"} <= set(lexicon.names_of(second.concepts))


@pytest.mark.parametrize(
    "text", ["the server is no longer found", "den Server findet das Programm nicht mehr", "server niet meer gevonden"]
)
def test_what_is_no_longer_found_is_not_found(lexicon: Lexicon, text: str) -> None:
    assert "not-found" in said(lexicon, text)
