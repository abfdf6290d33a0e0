"""Claws Mail itself takes the profile that was put in place, reads and sends with it, and is read back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.gui.desktop import desktop, missing
from tests.handover.test_real_programs import SYSTEM_PYTHON, home, make_case, server
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from wizard.handover.programs.placing import Placed
from wizard.handover.programs.putting import placement, record_name
from wizard.handover.programs.reading import read_back
from wizard.model.server import Protocol

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("claws-mail") is None, reason="claws-mail is not installed: make handover-test"),
    pytest.mark.skipif(bool(missing()), reason="there is no virtual desktop: make handover-test"),
]

__all__ = ["home", "server"]  # the fixtures of the other file
PROGRAM = Path(__file__).parent.parent / "lab" / "claws_program.py"


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [
        ("tls", Protocol.IMAP),
        ("starttls", Protocol.IMAP),
        ("hard", Protocol.IMAP),
        ("tls", Protocol.POP3),
        ("hard-starttls", Protocol.POP3),
    ],
    ids=["tls", "starttls", "hard", "pop3", "hard-pop3-starttls"],
)
def test_the_profile_is_taken_used_and_read_back(
    kind: str,
    protocol: Protocol,
    server: MailServer,
    home: Path,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    case = make_case(kind, server, home, authority, protocol)
    word = case.deliver()
    record = Placed(home / "records", record_name("claws", case.verified))
    record.put(placement("claws", case.verified))
    draft = case.write("draft", f"To: {case.account.address}\nSubject: by Claws\n\nHello\n")
    folder = f"#imap/{case.account.address}/INBOX" if protocol is Protocol.IMAP else "#mh/Mail/inbox"
    with desktop(tmp_path) as environment:
        shown = case.run(
            SYSTEM_PYTHON, str(PROGRAM), folder, word, str(draft),
            timeout_s=200, MAIL_PASSWORD=case.account.password, DISPLAY=environment["DISPLAY"],
            DBUS_SESSION_BUS_ADDRESS=environment["DBUS_SESSION_BUS_ADDRESS"],
        )  # fmt: skip
    answer = json.loads(next(line for line in shown.splitlines() if line.startswith("{")))
    # Neither a certificate that the system trusts nor a mailbox that is incomplete is asked about.
    assert set(answer["asked"]) == {"Input password"}
    case.arrived("by Claws")
    assert any(word.encode() in raw for raw in server.mailbox(case.account.address))
    # Its own files by now: it writes them anew when it ends.
    assert "config_version" in (home / ".claws-mail" / "folderlist.xml").read_text()
    assert read_back("claws", case.verified) == ()
    assert record.undo() == (home / ".claws-mail",)
    assert read_back("claws", case.verified) is None
