"""The test message: whatever name and address it is from, it is one message that finds its way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTPUTF8

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.language import SOURCE, speak
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import PseudoTranslations
from wizard.model.account import RoundTrip, RoundTripStatus
from wizard.model.address import Address
from wizard.setup.message import compose, read_arrival

HEADERS = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def _address(local: str) -> Address:
    return Address(local, "example.org", "example.org")


@pytest.mark.parametrize("local", ["ada", "ädä", "用户", "a..b", "ada.", "o'neil+news", "a" * 64])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (None, ""),
        ("Ada Lovelace", "Ada Lovelace"),
        ("Ada\r\nBcc: bob@example.org", "Ada Bcc: bob@example.org"),
        ("Käthe “Q” Müller, Dr.", "Käthe “Q” Müller, Dr."),
        ("Ada\ud800\tL.", "Ada L."),
        ("Ada\u202eL", "AdaL"),
        ("\n \t", ""),
    ],
)
def test_any_name_and_address(local: str, name: str | None, shown: str) -> None:
    message = compose(_address(local), _address("bob"), name)
    read = message_from_bytes(message.data, policy=SMTPUTF8)
    assert read.keys() == HEADERS
    (sender,) = read["From"].addresses
    written = f"{sender.display_name}|{sender.username}".encode("utf-8", "surrogateescape").decode()
    assert written == f"{shown}|{local}"
    assert message.token in read["Subject"]
    assert local.isascii() <= message.data.isascii()


@pytest.mark.slow
@given(st.text(alphabet=st.characters(), max_size=80))
def test_no_name_adds_a_header_or_an_address(name: str) -> None:
    read = message_from_bytes(compose(_address("ada"), _address("bob"), name).data, policy=SMTPUTF8)
    assert read.keys() == HEADERS
    assert len(read["From"].addresses) == 1
    assert read["From"].addresses[0].addr_spec == "ada@example.org"


def test_in_another_language_the_text_is_translated_and_the_subject_found_again() -> None:
    try:
        speak(PSEUDO, PseudoTranslations())
        message = compose(_address("o'neil<b>"), _address("bob"), None)
    finally:
        speak(SOURCE)
    read = message_from_bytes(message.data, policy=SMTPUTF8)
    assert message.data.isascii()
    assert read["Subject"] == f"Mailwright test {message.token}"
    plain, marked = (part.get_content() for part in read.walk() if not part.is_multipart())
    assert plain.startswith("[")
    assert "o'neil<b>@example.org" in plain
    assert "<b>o'neil&lt;b&gt;@example.org</b>" in marked


@pytest.mark.parametrize(
    ("sent_before_s", "accepted_before_s", "seconds"),
    [(20, 5, 5), (20, None, 20), (None, 5, 5), (None, None, None)],
)
def test_the_way_of_a_message_is_timed_from_where_it_was_accepted(
    sent_before_s: int | None, accepted_before_s: int | None, seconds: int | None
) -> None:
    def before(age_s: int | None) -> datetime | None:
        return datetime.now(UTC) - timedelta(seconds=age_s) if age_s is not None else None

    sent = RoundTrip(sent_at=before(sent_before_s), accepted_at=before(accepted_before_s))
    arrived = read_arrival(b"Subject: x\r\n\r\n", "INBOX", is_junk=False, sent=sent)
    assert (round(arrived.seconds) if arrived.seconds is not None else None) == seconds


def test_only_the_topmost_results_of_the_checks_are_believed() -> None:
    header = (
        b"Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=ada; dkim=fail; dmarc=none; spf=fail\r\n"
        b"Authentication-Results: elsewhere.example; dkim=pass\r\n\r\n"
    )
    arrived = read_arrival(header, "Junk", is_junk=True, sent=RoundTrip())
    assert (arrived.spf, arrived.dkim, arrived.dmarc) == ("pass", "fail", "none")
    assert (arrived.status, arrived.folder, arrived.is_junk) == (RoundTripStatus.ARRIVED, "Junk", True)
