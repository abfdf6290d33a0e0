"""PACC: a JSON file over HTTPS, believed only with its digest in DNS."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.discovery.conftest import StartLab
from tests.lab.web import Page
from wizard.discovery.answer import Refused
from wizard.discovery.candidate import Maker
from wizard.discovery.pacc import digest_matches, read
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, Source

ADA = Address.parse("ada@example.org")
PLACE = ("ua-auto-config.example.org", "/.well-known/user-agent-configuration.json")
DOCUMENT = {
    "protocols": {
        "imap": {"host": "imap.example.org"},
        "smtp": {"host": "smtp.example.org"},
        "jmap": {"url": "https://jmap.example.org/"},
    },
    "authentication": {"oauth-public": {"issuer": "https://id.example.org"}, "password": True},
    "info": {"provider": {"name": "Example"}, "help": {"documentation": "https://example.org/help"}},
}
BODY = json.dumps(DOCUMENT).encode()


def record(body: bytes) -> str:
    return f"v=UAAC1; a=sha256; d={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def maker() -> Maker:
    return Maker(ADA, Source.PACC, True, lambda _: None)


async def test_a_file_with_its_digest(start_lab: StartLab) -> None:
    zone = [f'_ua-auto-config TXT "{record(b"old")}"', f'_ua-auto-config TXT "{record(BODY)}"']
    lab = start_lab({"example.org": zone}, {PLACE: Page(BODY)})
    plan = await lab.planner.plan(ADA)
    assert [(c.protocol, c.host, c.port, c.security, c.source, c.trusted) for c in plan.candidates] == [
        (Protocol.IMAP, "imap.example.org", 993, Security.TLS, Source.PACC, True),
        (Protocol.SMTP, "smtp.example.org", 465, Security.TLS, Source.PACC, True),
    ]
    assert plan.candidates[0].auth == ("OAUTHBEARER", "XOAUTH2", "PLAIN", "IMAP LOGIN")
    assert plan.notes == ("The provider's guide: https://example.org/help",)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ([f'_ua-auto-config TXT "{record(b"other")}"'], "refused: the digest in DNS is not that of the file"),
        (['_ua-auto-config TXT "v=UAAC2; a=sha256; d=x"'], "refused: the digest in DNS is not that of the file"),
        ([], "nothing"),
    ],
)
async def test_a_file_without_its_digest_is_not_believed(start_lab: StartLab, zone: list[str], said: str) -> None:
    plan = await start_lab({"example.org": zone}, {PLACE: Page(BODY)}).planner.plan(ADA)
    assert next(one.answer for one in plan.asked if one.source is Source.PACC) == said
    assert not any(candidate.source is Source.PACC for candidate in plan.candidates)


@pytest.mark.parametrize("body", [b"", b"[", b"\xff\xfe\xff", b"[" * 200_000, b"<html/>", b'{"a":' * 50_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="not JSON"):
        read(body, maker())


def test_wrong_shapes_are_nothing_or_refused() -> None:
    assert read(b"{}", maker()).said == "nothing"
    assert read(b"[]", maker()).said == "nothing"
    assert read(b'{"protocols": {"imap": {"host": 5}}}', maker()).said == "refused: imap without a server name"
    assert "inside this computer" in read(b'{"protocols": {"imap": {"host": "localhost"}}}', maker()).said


_KEYS = st.sampled_from(["protocols", "imap", "host", "info", "help", "authentication"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["imap.example.org"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_any_json_is_read(document: object) -> None:
    read(json.dumps(document).encode(), maker())


@given(st.lists(st.text(max_size=60), max_size=4), st.binary(max_size=8))
def test_no_other_record_matches(records: list[str], body: bytes) -> None:
    assert not digest_matches(body, tuple(records))
    assert digest_matches(body, (*records, record(body)))
