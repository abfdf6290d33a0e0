"""Scenario files: what ships is complete, what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.errors import ResourceError
from wizard.model.server import Protocol, Security
from wizard.practice.scenarios import FoundBy, Scenario, load_scenario, load_scenarios

GOOD = """\
address = "ada@lesson.example"
password = "practice-lesson"
teaches = "A lesson."
cause = "bad-credentials"

[found]
by = "guess"

[[server]]
protocol = "smtp"
host = "smtp.lesson.example"
port = 465
security = "tls"
"""

# The lessons that must be there, with the cause that must come out and whether the program puts it right.
LESSONS = {
    "all-well": (None, False),
    "app-password": ("app-password-required", False),
    "user-name-without-domain": ("username-format", True),
    "port-587-blocked": ("connection-timed-out", True),
    "ssl-on-starttls-port": ("tls-mode-mismatch", True),
    "certificate-expired": ("certificate-expired", False),
    "certificate-other-name": ("certificate-name-mismatch", True),
    "smtp-auth-off": ("smtp-auth-disabled", False),
    "relay-denied": ("relay-denied", False),
    "wrong-password": ("bad-credentials", False),
    "sending-suspended": ("account-disabled", False),
    "lands-in-junk": (None, False),
}


def write(folder: Path, text: str, name: str = "lesson") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("name", LESSONS)
def test_the_promised_lessons_ship(scenarios: tuple[Scenario, ...], name: str) -> None:
    account = next(scenario.account for scenario in scenarios if scenario.id == name)
    assert (account.cause, account.fixable) == LESSONS[name]


def test_addresses_and_passwords_are_all_different(scenarios: tuple[Scenario, ...]) -> None:
    assert len({scenario.account.address for scenario in scenarios}) == len(scenarios)
    assert len({scenario.account.password for scenario in scenarios}) == len(scenarios)
    assert scenarios[0].id == "all-well"


def test_every_way_of_finding_settings_is_practised(scenarios: tuple[Scenario, ...]) -> None:
    assert {scenario.found_by for scenario in scenarios} == set(FoundBy)
    assert {server.protocol for scenario in scenarios for server in scenario.servers} == set(Protocol)


def test_a_preset_names_the_app_password_page(scenarios: tuple[Scenario, ...]) -> None:
    provider = next(scenario.provider for scenario in scenarios if scenario.id == "app-password")
    assert provider is not None
    assert provider.domains == ("app-password.example",)
    assert provider.app_password is not None
    assert provider.app_password.url == "https://account.app-password.example/security/app-passwords"
    assert provider.app_password.steps


def test_srv_records_follow_from_the_listed_servers(scenarios: tuple[Scenario, ...]) -> None:
    scenario = next(scenario for scenario in scenarios if scenario.id == "server-busy")
    assert {name: [(record.host, record.port) for record in records] for name, records in scenario.srv.items()} == {
        "_submissions._tcp.busy.example": [("smtp.busy.example", 465)],
        "_imaps._tcp.busy.example": [("imap.busy.example", 993)],
    }


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, GOOD))
    assert scenario.id == "lesson"
    assert scenario.accepted_password == "practice-lesson"
    assert [(server.host, server.port, server.security) for server in scenario.listed] == [
        ("smtp.lesson.example", 465, Security.TLS)
    ]
    assert scenario.mx[0].host == "mx.lesson.example"


def test_the_password_is_not_in_the_repr(tmp_path: Path) -> None:
    assert "practice-lesson" not in repr(load_scenario(write(tmp_path, GOOD)).account)
    assert "practice-lesson" not in repr(load_scenario(write(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('address = "ada@lesson.example"', "", "lesson.toml: address: is missing."),
        ('address = "ada@lesson.example"', "address = 3", "address: must be text"),
        ('address = "ada@lesson.example"', 'address = "ada"', "address: is not an address"),
        ("ada@lesson.example", "ada@lesson.org", "“lesson.org” is not a name under .example"),
        ('password = "practice-lesson"', 'password = " "', "password: must be text that is not blank"),
        ('teaches = "A lesson."', 'teaches = "A lesson."\ntaeches = "x"', "taeches: is not a key that is known here"),
        ('cause = "bad-credentials"', 'cause = "Bad credentials"', "cause: is not a cause id"),
        ('cause = "bad-credentials"', "fixable = true", "fixable: needs a cause"),
        ('cause = "bad-credentials"', "fixable = 1", "fixable: must be true or false"),
        (
            'by = "guess"',
            'by = "magic"',
            "found.by: “magic” is not one of preset, autoconfig",
        ),
        ('by = "guess"', 'by = "preset"', "found.provider: is missing"),
        ('by = "guess"', 'by = "guess"\nprovider = "x"', "found.provider: is not a key that is known"),
        ("port = 465", "port = 0", "server 1.port: must be a whole number from 1 to 65535"),
        ("port = 465", "port = true", "port: must be a whole number"),
        ("port = 465", 'port = "465"', "port: must be a whole number"),
        ('protocol = "smtp"', 'protocol = "nntp"', "protocol: “nntp” is not one of smtp, imap, pop3"),
        ("smtp.lesson.example", "SMTP.lesson.example", "is not a name under .example"),
        ('security = "tls"', 'security = "tls"\nauth = ["NTLM"]', "auth: must be of LOGIN, PLAIN, XOAUTH2"),
        ('security = "tls"', 'security = "tls"\nrefusal = "535"', "refusal: is not a refusal in smtp's grammar"),
        ('security = "tls"', 'security = "tls"\nrefusal = "235 2.7.0 ok"', "refusal: is not a refusal"),
        ('security = "tls"', 'security = "tls"\nrefusal = "535-one\\n534 two"', "refusal: is not a refusal"),
        ('security = "tls"', 'security = "tls"\ncertificate = "other-name"', "certificate_name: is missing"),
        ('security = "tls"', 'security = "tls"\ndelay_s = 99.0', "delay_s: must be a number from 0 to 60"),
        ('protocol = "smtp"', 'protocol = "imap"\nrcpt_reply = "550 no"', "rcpt_reply: is for smtp only"),
        ("[found]", '[delivery]\nfolder = "Trash"\n[found]', "folder: must be one of INBOX, Junk"),
        ("[found]", '[delivery]\nspf = "yes"\n[found]', "spf: must be one of"),
        ("[[server]]", "[server]", "server: must be tables"),
        ("[found]", "[found", "lesson.toml: "),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    assert before in GOOD
    with pytest.raises(ResourceError) as caught:
        load_scenario(write(tmp_path, GOOD.replace(before, after)))
    assert complaint in str(caught.value)
    assert str(caught.value).startswith("lesson.toml")


def test_two_scenarios_do_not_share_a_host(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "one")
    write(tmp_path, GOOD.replace("ada@lesson.example", "ada@other.example"), "two")
    with pytest.raises(ResourceError, match=r"smtp\.lesson\.example belongs to one\.toml already"):
        load_scenarios(tmp_path)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="no practice accounts"):
        load_scenarios(tmp_path)
