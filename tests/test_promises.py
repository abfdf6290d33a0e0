"""Promises about everything a run leaves behind: no secret in it, nothing unseen, nothing that acts (8, 9, 10)."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import os
import quopri
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Mail, no, offers, ok, tls_server
from wizard.cli.main import main
from wizard.model.server import Protocol, Security

pytestmark = pytest.mark.slow

CANARY = 'canary "7" ü&%\\x'
ADDRESS, LOCAL = "ada@example.org", "ada"
ROOT = Path(__file__).parent.parent
EXPECTED_STATUS = {"echo": 1, "accept": 0}


def _forms() -> list[str]:
    """Every form of the canary that must not be found, made here and not by the code under test."""
    data = CANARY.encode()
    blobs = [data]
    for user in (ADDRESS.encode(), LOCAL.encode()):
        blobs += [b"\0" + user + b"\0" + data, user + b"\0" + user + b"\0" + data]
        blobs.append(b"user=" + user + b"\1auth=Bearer " + data + b"\1\1")
    forms = [CANARY, quote(CANARY), quote(CANARY, safe=""), quote_plus(CANARY)]
    forms += [json.dumps(CANARY)[1:-1], json.dumps(CANARY, ensure_ascii=False)[1:-1]]
    forms.append(CANARY.replace("\\", "\\\\").replace('"', '\\"'))
    forms += [CANARY.upper(), html.escape(CANARY), quopri.encodestring(data, quotetabs=True).decode()]
    forms.append("".join(f"%{byte:02x}" for byte in data))
    forms += [data.hex(), data.decode("latin-1"), CANARY[: len(CANARY) * 2 // 3], CANARY.encode("utf-7").decode()]
    forms += ["".join(f"%25{byte:02X}" for byte in data), "".join(f"\\{byte:03o}" for byte in data)]
    forms += [data.hex(":"), base64.b64encode(CANARY.encode("utf-16-le")).decode().rstrip("=")]
    for blob in blobs:
        forms += [base64.b64encode(blob).decode().rstrip("="), base64.urlsafe_b64encode(blob).decode().rstrip("=")]
    return forms


def _found_in(text: str) -> list[str]:
    return [form for form in _forms() if form in text]


def _command_lines() -> str:
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                lines.append((entry / "cmdline").read_bytes().decode("utf-8", "replace"))
            except OSError:  # it ended meanwhile
                continue
    return "\n".join(lines)


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Issued:
    return authority.issue("mail.example.org", "127.0.0.1")


def test_the_forms_are_found_where_they_are() -> None:
    assert CANARY in _found_in(f"x {CANARY} y")
    assert all(_found_in(f"<{form}>") for form in _forms())


@pytest.mark.parametrize("behaviour", ["echo", "accept"])
@pytest.mark.parametrize("incoming", [Protocol.IMAP, Protocol.POP3])
async def test_the_canary_is_nowhere(
    behaviour: str, incoming: Protocol, certificate: Issued, authority: Authority, tmp_path: Path
) -> None:
    command_lines: list[str] = []

    def echo(protocol: Protocol) -> Mail:
        async def auth(talk: Talk, line: bytes) -> None:
            command_lines.append(await asyncio.to_thread(_command_lines))
            every_form = " ".join(_forms()).encode()
            text = b"\x1b[31m" + line + b" \xe2\x80\xae=cmd|x <img src=http://192.0.2.1/> " + every_form
            await talk.send_raw(no(protocol, line, text) if behaviour == "echo" else ok(protocol, line, text))

        async def hello(talk: Talk, line: bytes) -> None:
            offer = offers(protocol, line, starttls=False, auth=True)
            extra = base64.b64encode(CANARY.encode())
            await talk.send_raw(offer.replace(b"PLAIN", b"PLAIN X-" + extra))

        return Mail(protocol, auth=auth, hello=hello)

    home = tmp_path / "home"
    home.mkdir()
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    reports = [tmp_path / f"report.{kind}" for kind in ("json", "html", "txt")]
    printed = ""
    async with (
        tls_server(echo(incoming), certificate, Security.TLS) as receiving,
        tls_server(echo(Protocol.SMTP), certificate, Security.TLS) as sending,
    ):
        for report in reports:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-X", "dev", "-W", "default", "-m", "wizard", "check", ADDRESS,
                "--incoming", f"{incoming.value}:127.0.0.1:{receiving.port}/tls",
                "--outgoing", f"127.0.0.1:{sending.port}/tls",
                "--password-env", "CANARY", "--ca-file", str(authority.ca_file), "--report", str(report),
                *(["--json"] if report.suffix != ".txt" else []), "--offline", "--no-autofix",
                cwd=ROOT,
                env={**os.environ, **folders, "HOME": str(home), "CANARY": CANARY, "PYTHONUTF8": "1"},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await process.communicate()
            assert process.returncode == EXPECTED_STATUS[behaviour], err.decode()
            printed += out.decode() + err.decode()
    files = [path for path in (*reports, *home.rglob("*")) if path.is_file()]
    assert not any(form.encode() in path.read_bytes() for path in files for form in (CANARY, *_forms()))
    left = [path.read_text("utf-8") for path in files if path.name != "key"]  # the ledger's: random bytes
    for text in (printed, *left, *command_lines):
        assert _found_in(text) == []
        assert _unseen(text) == set() or text in command_lines
    assert len(command_lines) >= len(reports)
    page = next(text for text in left if text.lstrip().lower().startswith("<!doctype"))
    assert "<img" not in page
    assert "<script" not in page


def _unseen(text: str) -> set[str]:
    """Control and bidirectional characters in what was written; line ends and tabs are ours."""
    return {
        character
        for character in text
        if character not in "\r\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs"}
    }


def test_an_internal_error_tells_no_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*arguments: object) -> None:
        raise RuntimeError(f"secret in hand: {CANARY}")

    monkeypatch.setattr("wizard.cli.check.settings_from", break_down)
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("CANARY", CANARY)
    assert main(["check", ADDRESS, "--password-env", "CANARY"]) == 70
    shown = capsys.readouterr()
    logs = [path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(logs) == 1
    for text in (shown.out, shown.err, *logs):
        assert _found_in(text) == []
    assert "RuntimeError" in logs[0]


def test_a_password_is_no_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ADDRESS, "--password", CANARY]) == 2
