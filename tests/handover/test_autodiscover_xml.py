"""Classic Outlook's files: in the order of the documentation, and taken back by the registry file beside."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from defusedxml import ElementTree

from tests.handover.accounts import account, imap, smtp
from wizard.handover.autodiscover_xml import files, steps
from wizard.model.server import Protocol, Security

SPACE = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"
# Microsoft, “POX Autodiscover response XML element: Protocol”.
ORDER = (
    *("Type", "Server", "Port", "LoginName", "DomainRequired", "SPA", "SSL", "AuthRequired", "UsePOPAuth"),
    *("SMTPLast", "Encryption"),
)


def protocols(**changes: object) -> list[dict[str, str]]:
    xml, _, _ = files(account(**changes))
    found = []
    for element in ElementTree.fromstring(xml.content).iter(f"{SPACE}Protocol"):
        names = [child.tag.removeprefix(SPACE) for child in element]
        assert names == [name for name in ORDER if name in names]
        found.append({child.tag.removeprefix(SPACE): child.text for child in element})
    return found


def test_both_servers_stand_there_with_what_outlook_would_else_take_for_on() -> None:
    receiving, sending = protocols(outgoing=smtp(port=587, security=Security.STARTTLS, username="ada"))
    assert receiving == {
        "Type": "IMAP",
        "Server": "imap.example.org",
        "Port": "993",
        "LoginName": "ada@example.org",
        "DomainRequired": "off",
        "SPA": "off",
        "SSL": "on",
        "AuthRequired": "on",
        "Encryption": "SSL",
    }
    assert (sending["Type"], sending["LoginName"], sending["SSL"], sending["Encryption"]) == (
        "SMTP",
        "ada",
        "on",
        "TLS",
    )


def test_pop3_and_a_relay_without_sign_in() -> None:
    pop3 = imap(protocol=Protocol.POP3, port=995)
    receiving, sending = protocols(incoming=pop3, outgoing_auth="none")
    assert receiving["Type"] == "POP3"
    assert sending["AuthRequired"] == "off"
    assert "LoginName" not in sending


@pytest.mark.parametrize("changes", [{"incoming": None}, {"outgoing_auth": "XOAUTH2"}, {"incoming_auth": "CRAM-MD5"}])
def test_no_file_that_would_say_something_else_than_was_proven(changes: dict[str, object]) -> None:
    assert files(account(**changes)) == ()
    assert steps(account(**changes)) == ()


def test_the_registry_files_name_the_same_values() -> None:
    _, put, undo = files(account())
    assert put.text.splitlines() == [
        "Windows Registry Editor Version 5.00",
        "",
        "[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover]",
        '"example.org"="C:\\\\Users\\\\Public\\\\Documents\\\\example.org-outlook.xml"',
        '"PreferLocalXML"=dword:00000001',
    ]
    assert [line.partition("=")[2] for line in undo.text.splitlines() if "=" in line] == ["-", "-"]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("wine") is None, reason="Wine is not here")
def test_a_real_registry_takes_them_and_gives_them_back(tmp_path: Path) -> None:
    _, put, undo = files(account())
    (tmp_path / "put.reg").write_bytes(put.content)
    (tmp_path / "undo.reg").write_bytes(undo.content)
    env = {**os.environ, "WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}
    key = "HKCU\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover"

    def wine(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["wine", *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    try:
        assert wine("regedit", "/S", "put.reg").returncode == 0
        asked = wine("reg", "query", key, "/v", "example.org").stdout
        assert "C:\\Users\\Public\\Documents\\example.org-outlook.xml" in asked
        assert wine("regedit", "/S", "undo.reg").returncode == 0
        assert wine("reg", "query", key, "/v", "example.org").returncode == 1
    finally:
        subprocess.run(["wineserver", "-k"], env=env, capture_output=True, check=False)
