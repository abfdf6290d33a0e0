"""Six characters that a caller reads aloud."""

from __future__ import annotations

from itertools import product

import pytest

from wizard import wiring
from wizard.diagnosis.telephone_code import _SIGNS, Told, is_code, numbered_causes, read_code, telephone_code
from wizard.errors import UsageError
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import Stage
from wizard.model.server import Protocol

PROTOCOLS = (None, *Protocol)
CATEGORIES = (None, "freemail", "isp", "hoster", "transactional")


def card(cause: str, stage: Stage = Stage.AUTH, **more: object) -> Diagnosis:
    return Diagnosis(cause, stage, 0.9, "A title", "A reason", **more)  # type: ignore[arg-type]


def test_every_cause_has_a_place_that_stays() -> None:
    assert set(wiring.catalogue().causes) <= set(numbered_causes())
    assert len(set(numbered_causes())) == len(numbered_causes())
    # Places that callers of older versions know: a cause is added at the end, and none is taken away.
    assert numbered_causes().index("unknown") == 0
    assert numbered_causes().index("bad-credentials") == 9
    assert numbered_causes().index("smtp-auth-disabled") == 57
    assert numbered_causes().index("wrong-protocol") == 69


def test_a_code_says_what_the_card_was_about() -> None:
    for cause, stage, protocol in product(numbered_causes(), Stage, PROTOCOLS):
        for case, category in ((0, None), (15, "transactional"), (3, "isp")):
            code = telephone_code(card(cause, stage, protocol=protocol, case=case, category=category))
            assert is_code(code)
            assert read_code(code) == Told(cause, case, stage, protocol, category)


def test_what_no_code_has_room_for_is_left_out() -> None:
    told = read_code(telephone_code(card("smart-card-required", category="bank", case=99)))
    assert told == Told("unknown", 15, Stage.AUTH, None, None)


@pytest.mark.parametrize("cause", ["bad-credentials", "relay-denied"])
def test_one_slip_or_two_that_changed_places_are_noticed(cause: str) -> None:
    code = telephone_code(card(cause, protocol=Protocol.SMTP)).replace("-", "")
    wrong = {code[:at] + sign + code[at + 1 :] for at in range(6) for sign in _SIGNS}
    wrong |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(5)}
    for each in wrong - {code}:
        with pytest.raises(UsageError, match="misheard"):
            read_code(each)


def test_it_is_read_as_it_is_said() -> None:
    code = telephone_code(card("oauth-required", Stage.AUTH, protocol=Protocol.IMAP))
    said = " ".join(code.lower().replace("0", "o").replace("1", "l"))
    assert read_code(said).cause == "oauth-required"


@pytest.mark.parametrize("text", ["", "A3F", "A3F-K9T-1", "ü23-456", "550 5.7.1 no", "535535"])
def test_what_is_none_is_told(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(UsageError):
        read_code(text)


def test_the_same_card_comes_out_of_it() -> None:
    diagnoser = wiring.diagnoser()
    for text, server in (
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", None),
        (
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
            None,
        ),
        ("535 5.7.8 Username and Password not accepted", "smtp.gmail.com"),
        ("554 5.7.1 Relay access denied", None),
    ):
        seen = diagnoser.of_text(text, protocol="smtp", server=server)
        told = diagnoser.of_text(telephone_code(seen))
        assert (told.cause, told.stage, told.protocol) == (seen.cause, seen.stage, seen.protocol)
        assert {remedy.id for remedy in told.remedies} & {remedy.id for remedy in seen.remedies}
    first = diagnoser.of_code(
        telephone_code(diagnoser.of_text("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant."))
    )
    assert first.title == "The organisation has sending by mail programs switched off"


# Their reasons name the server or the user name, which no code has room for; the general ones hold as well.
_GENERAL_FITS = {
    ("connection-dropped", 7), ("connection-dropped", 8), ("tls-handshake-failed", 4), ("bad-credentials", 3),
    ("bad-credentials", 9),
}  # fmt: skip


def test_no_case_is_told_with_the_reason_of_another() -> None:
    """A card's title of its own stands beside its own reason, also where a code was read out."""
    beside_another = {
        (cause.id, number)
        for cause in wiring.catalogue(()).causes.values()
        for number, case in enumerate(cause.cases, 1)
        if case.why is not None and case.title is not None and case.title.said({}) and not case.why.said({})
    }
    assert beside_another == _GENERAL_FITS


def test_a_name_that_was_right_is_not_called_a_slip_where_its_code_is_read() -> None:
    diagnoser = wiring.diagnoser()
    seen = diagnoser.of_text("getaddrinfo ENOTFOUND smtp.gmail.com", protocol="smtp", server="smtp.gmail.com")
    told = diagnoser.of_code(telephone_code(seen))
    assert "no slip" in seen.why
    assert "no slip" in told.why
    assert "does not exist" not in told.title
