"""What a domain serves: files, records and steps."""

from __future__ import annotations

import base64
import hashlib
import json
import plistlib
import re

import pytest
from defusedxml import ElementTree
from msgspec.structs import replace

from tests.handover.accounts import account, imap, smtp
from wizard.errors import HandoverError
from wizard.handover.publish import published
from wizard.model.server import Protocol, Security


def test_everything_says_the_same_and_nothing_of_one_person() -> None:
    made = published(account(), "www.example.org")
    files = made.files
    assert made.left_out == ()
    assert set(files) == {
        "www/mail/config-v1.1.xml",
        "www/.well-known/autoconfig/mail/config-v1.1.xml",
        "www/.well-known/user-agent-configuration.json",
        "www/autodiscover/autodiscover.xml",
        "www/mail.mobileconfig",
        "example.org.zone",
        "nginx.conf",
        "apache.conf",
        "Caddyfile",
        "STEPS.txt",
    }
    assert not [name for name, content in files.items() if b"ada" in content.lower().replace(b"adapt", b"")]
    for name in ("www/mail/config-v1.1.xml", "www/autodiscover/autodiscover.xml"):
        ElementTree.fromstring(files[name])
        assert b"imap.example.org" in files[name]
        assert b"smtp.example.org" in files[name]
    pacc = files["www/.well-known/user-agent-configuration.json"]
    assert json.loads(pacc)["protocols"] == {"imap": {"host": "imap.example.org"}, "smtp": {"host": "smtp.example.org"}}
    digest = base64.b64encode(hashlib.sha256(pacc).digest()).decode()
    assert files["example.org.zone"].decode().splitlines()[1:] == [
        "_imaps._tcp.example.org. 3600 IN SRV 0 1 993 imap.example.org.",
        "_submissions._tcp.example.org. 3600 IN SRV 0 1 465 smtp.example.org.",
        "autoconfig.example.org. 3600 IN CNAME www.example.org.",
        "autodiscover.example.org. 3600 IN CNAME www.example.org.",
        "ua-auto-config.example.org. 3600 IN CNAME www.example.org.",
        "_autodiscover._tcp.example.org. 3600 IN SRV 0 1 443 www.example.org.",
        f'_ua-auto-config.example.org. 3600 IN TXT "v=UAAC1; a=sha256; d={digest}"',
    ]
    (mail,) = plistlib.loads(files["www/mail.mobileconfig"])["PayloadContent"]
    assert (mail["IncomingMailServerHostName"], mail["OutgoingMailServerPortNumber"]) == ("imap.example.org", 465)
    assert not {"EmailAddress", "IncomingMailServerUsername"} & set(mail)
    assert re.findall(r"^\d\.", files["STEPS.txt"].decode(), re.MULTILINE) == [f"{n}." for n in range(1, 8)]


def test_what_a_format_cannot_say_is_left_out_and_told() -> None:
    starttls = account(outgoing=smtp(port=587, security=Security.STARTTLS))
    made = published(starttls)
    assert [sentence.partition(":")[0] for sentence in made.left_out] == ["PACC"]
    assert (
        "_submission._tcp.example.org. 3600 IN SRV 0 1 587 smtp.example.org." in made.files["example.org.zone"].decode()
    )
    assert "ua-auto-config" not in made.files["example.org.zone"].decode()
    assert "Left out:\n- PACC" in made.files["STEPS.txt"].decode()
    short = account(incoming=imap(username="ada"), outgoing=smtp(username="ada"))
    made = published(short)
    assert len(made.left_out) == 2
    assert b"%EMAILLOCALPART%" in made.files["www/mail/config-v1.1.xml"]
    assert "www/autodiscover/autodiscover.xml" not in made.files
    pop = published(account(incoming=imap(protocol=Protocol.POP3, port=995)))
    assert "_pop3s._tcp.example.org. 3600 IN SRV 0 1 995 imap.example.org." in pop.files["example.org.zone"].decode()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"incoming": None}, "both sending and receiving"),
        ({"outgoing": smtp(security=Security.NONE, port=25)}, "without encryption"),
        ({"incoming": imap(username="m0815")}, "one person's alone"),
    ],
)
def test_what_would_do_harm_is_not_published(changed: dict[str, object], told: str) -> None:
    with pytest.raises(HandoverError, match=told):
        published(replace(account(), **changed))
