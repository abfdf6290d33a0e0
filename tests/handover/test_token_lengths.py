"""How long a token may be, as the sheets say it: tried with the programs themselves, at a server that takes any."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.handover.accounts import account, imap, smtp
from tests.handover.test_real_programs import needs
from tests.lab.scripted import Conversation, ScriptedServer
from wizard.handover.targets import sheet
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

pytestmark = [pytest.mark.slow]

TOO_BIG = "OAUTH token is too big"


def by_token(method: str, port: int = 587) -> VerifiedAccount:
    """An account at a server of the test's own, which is not worth encrypting."""
    return account(
        incoming=imap(),
        outgoing=smtp(host="127.0.0.1", port=port, security=Security.NONE),
        incoming_auth=method,
        outgoing_auth=method,
    )


async def takes_any(line: Conversation) -> None:
    await line.send(b"220 mail ESMTP")
    while True:
        words = (await line.line()).upper().split()
        match words[0]:
            case b"EHLO":
                await line.send(b"250-mail", b"250 AUTH XOAUTH2 OAUTHBEARER")
            case b"AUTH":
                if len(words) < 3:  # the token comes in a line of its own
                    await line.send(b"334 ")
                    await line.line()
                await line.send(b"235 2.7.0 signed in")
            case b"DATA":
                await line.send(b"354 go on")
                while await line.line() != b".":
                    pass
                await line.send(b"250 2.0.0 taken")
            case b"QUIT":
                await line.send(b"221 bye")
                return
            case _:
                await line.send(b"250 fine")


async def sent(program: str, method: str, length: int, home: Path) -> tuple[int, str, bytes]:
    """What the program ends with, what it says, and what the server heard, with a token of that many characters."""
    (home / "token").write_text("t" * length + "\n")
    async with ScriptedServer(takes_any) as server:
        target = "msmtp" if program == "msmtp" else "neomutt"
        (file,) = sheet(target, by_token(method, server.port)).files
        lines = [line.removeprefix("# ") if "token" in line else line for line in file.text.splitlines()]
        config = home / "config"
        command = f"cat {home}/token"
        text = "\n".join(lines).replace("mailwright accounts token ada@example.org", command)
        assert command in text
        if program != "msmtp":
            text += "\nset record=''\nunset folder\nunset spoolfile\nset ssl_starttls=no\n"
        config.write_text(text + "\n")
        config.chmod(0o600)
        options = ["-C", str(config), "-a"] if program == "msmtp" else ["-n", "-F", str(config), "-s", "hello"]
        words = [program, *options, "ada@example.org"] + (["ada@example.org"] if program == "msmtp" else [])
        running = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "xterm"},
        )
        said, _ = await running.communicate(b"Subject: hello\n\nHello\n")
        assert running.returncode is not None
        return running.returncode, said.decode(), bytes(server.received)


@needs("msmtp")
@pytest.mark.parametrize("method", ["XOAUTH2", "OAUTHBEARER"])
async def test_msmtp_s_line_holds_what_its_sheet_says(method: str, tmp_path: Path) -> None:
    (note,) = [note for note in sheet("msmtp", by_token(method)).notes_at() if "about 3,000 characters" in note]
    code, said, heard = await sent("msmtp", method, 2900, tmp_path)
    assert (code, said) == (0, "")
    assert b"\r\nDATA\r\n" in heard
    code, said, heard = await sent("msmtp", method, 3200, tmp_path)
    assert code != 0
    assert "Cannot send command because it is longer than 4094 characters" in said
    assert "Cannot send command because it is longer than 4094 characters" in note


@needs("neomutt")
@pytest.mark.parametrize(("method", "most"), [("XOAUTH2", 4000), ("OAUTHBEARER", 500)])
async def test_neomutt_takes_what_its_sheet_says(method: str, most: int, tmp_path: Path) -> None:
    (note,) = [note for note in sheet("neomutt", by_token(method)).notes_at() if TOO_BIG in note]
    assert f"NeoMutt takes a token of {most:,} characters at most" in note
    code, said, heard = await sent("neomutt", method, most, tmp_path)
    assert code == 0, said
    assert b"\r\nDATA\r\n" in heard
    code, said, heard = await sent("neomutt", method, most + 200, tmp_path)
    assert code != 0
    assert TOO_BIG in said
    assert b"DATA" not in heard


@needs("mutt")
@pytest.mark.parametrize("method", ["XOAUTH2", "OAUTHBEARER"])
async def test_mutt_takes_any(method: str, tmp_path: Path) -> None:
    code, said, heard = await sent("mutt", method, 9000, tmp_path)
    assert code == 0, said
    assert b"\r\nDATA\r\n" in heard


def test_who_signs_in_by_password_reads_nothing_of_it() -> None:
    for target in ("msmtp", "neomutt"):
        assert not any(
            "token" in step for step in (*sheet(target, account()).steps, *sheet(target, account()).notes_at())
        )
        assert len(sheet(target, by_token("XOAUTH2")).steps) <= 6
