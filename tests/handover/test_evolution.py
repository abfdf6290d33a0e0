"""Evolution's registry and its mail library take the files that were put in place, sign in, read and send."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.handover.test_real_programs import SYSTEM_PYTHON, Case, home, make_case, server
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from wizard.handover.evolution import account_id
from wizard.handover.programs.placing import Placed
from wizard.handover.programs.putting import placement, record_name
from wizard.handover.programs.reading import read_back
from wizard.model.server import Protocol

pytestmark = [pytest.mark.slow, pytest.mark.root]

__all__ = ["home", "server"]  # the fixtures of the other file
PROGRAM = Path(__file__).parent.parent / "lab" / "evolution_program.py"


def is_here() -> bool:
    words = "import gi; gi.require_version('Camel', '1.2'); gi.require_version('EDataServer', '1.2')"
    done = subprocess.run([SYSTEM_PYTHON, "-c", words], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [("tls", Protocol.IMAP), ("starttls", Protocol.IMAP), ("hard", Protocol.IMAP), ("tls", Protocol.POP3)],
    ids=["tls", "starttls", "hard", "pop3"],
)
def test_the_files_are_taken_used_and_read_back(
    kind: str,
    protocol: Protocol,
    server: MailServer,
    home: Path,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not is_here():
        pytest.skip("gir1.2-camel-1.2 and gir1.2-edataserver-1.2 are not installed: make handover-test")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    case: Case = make_case(kind, server, home, authority, protocol)
    word = case.deliver()
    record = Placed(home / "records", record_name("evolution", case.verified))
    record.put(placement("evolution", case.verified))
    shown = case.run(
        "dbus-run-session", "--", SYSTEM_PYTHON, str(PROGRAM), f"{account_id(case.verified)}-account",
        case.account.address, "by Evolution",
        MAIL_PASSWORD=case.account.password, XDG_RUNTIME_DIR=str(home), GIO_USE_NETWORK_MONITOR="base",
    )  # fmt: skip
    answer = json.loads(next(line for line in shown.splitlines() if line.startswith("{")))
    assert answer["name"] == "Ada Example"
    if protocol is Protocol.POP3:
        assert word in answer["subjects"]
    else:
        # Outside Evolution's own loop its IMAP library signs in and opens the folder, and lists it later.
        assert answer["inbox"] == "INBOX"
        assert "imap" in {one.protocol for one in server.auth_log()}
    case.arrived("by Evolution")
    assert read_back("evolution", case.verified) == ()
    record.undo()
    assert read_back("evolution", case.verified) is None
