"""How long a server asks to wait, read in the languages that servers speak."""

from __future__ import annotations

import pytest

from wizard.diagnosis.fact_words import wait_words


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ("454 4.7.0 Túl sok próbálkozás, próbálja újra 30 perc múlva", 1_800),
        ("Túl sok hibás bejelentkezés, 15 percen belül ne próbálja", 900),
        ("A fiók 2 óra múlva érhető el", 7_200),
        ("Próbálja újra 45 másodperc múlva", 45),
        ("Zu viele Versuche, in 30 Minuten wieder", 1_800),
        ("Gesperrt für 1 Stunde", 3_600),
        ("Réessayez dans 30 secondes", 30),
        ("Réessayez dans 2 heures", 7_200),
        ("Inténtelo de nuevo en 10 minutos", 600),
        ("Riprovare tra 5 minuti", 300),
        ("Riprovare tra 2 ore", 7_200),
        ("Probeer het over 5 minuten opnieuw", 300),
        ("Probeer het over 2 uur opnieuw", 7_200),
        ("Spróbuj ponownie za 10 minut", 600),
        ("Spróbuj za 2 godziny", 7_200),
        ("Zkuste to znovu za 5 minut", 300),
        ("Försök igen om 2 timmar", 7_200),
        ("Повторите через 15 минут", 900),
        ("Повторите через 2 часа", 7_200),
        ("Спробуйте через 3 години", 10_800),
        ("30 dakika sonra tekrar deneyin", 1_800),
        ("登录失败次数过多，请30分钟后再试", 1_800),
        ("请2小时后再试", 7_200),
        ("10分後に再試行してください", 600),
        ("24時間後に", 86_400),
        ("30분 후에 다시 시도하십시오", 1_800),
        ("Try again in 30\u00a0minutes", 1_800),
        ("Try again in 90s", 90),
    ],
)
def test_the_time_that_a_server_names_is_the_time_that_is_told(reply: str, seconds: int) -> None:
    assert wait_words(reply).get("wait_s") == str(seconds)


@pytest.mark.parametrize(
    "reply",
    [
        "Quota: 30 percent used",
        "Time: 0.09s",
        "5 minutiae",
        "Retried 1 time",
        "in 90 hours",
        "5 secondary servers",
        "550 5.7.1 perc",
    ],
)
def test_what_is_no_time_to_wait_is_none(reply: str) -> None:
    assert wait_words(reply) == {}
