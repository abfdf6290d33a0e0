"""Thunderbird itself takes the profile that was put in place, sends and reads with it, and is read back."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
from pathlib import Path

import pytest

from tests.handover.test_real_programs import HOST, Case, home, make_case, server
from tests.lab import thunderbird as lab
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from wizard.handover.programs.placing import Placed
from wizard.handover.programs.putting import placement, record_name
from wizard.handover.programs.reading import read_back
from wizard.handover.programs.thunderbird import accounts_of, profiles
from wizard.model.server import Protocol

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("thunderbird") is None, reason="Thunderbird is not installed: make handover-test"),
]

__all__ = ["home", "server"]  # the fixtures of the other file


@pytest.fixture
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of the person whose Thunderbird it is."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    return home


def trust(authority: Authority) -> str:
    der = ssl.PEM_cert_to_DER_cert(authority.ca_file.read_text())
    return base64.b64encode(der).decode()


def passwords(case: Case) -> list[tuple[str, str, str]]:
    assert case.verified.incoming is not None
    kind = "mailbox" if case.verified.incoming.protocol is Protocol.POP3 else "imap"
    user, password = case.account.username, case.account.password
    return [(f"{kind}://{HOST}", user, password), (f"smtp://{HOST}", user, password)]


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [("tls", Protocol.IMAP), ("starttls", Protocol.IMAP), ("hard", Protocol.IMAP), ("tls", Protocol.POP3)],
    ids=["tls", "starttls", "hard", "pop3"],
)
def test_a_profile_is_put_in_place_used_and_read_back(
    kind: str, protocol: Protocol, server: MailServer, own_home: Path, authority: Authority
) -> None:
    case = make_case(kind, server, own_home, authority, protocol)
    word = case.deliver()
    record = Placed(own_home / "records", record_name("thunderbird", case.verified))
    made = placement("thunderbird", case.verified)
    preferences, *_ = record.put(made)
    # It would ask for the password at once, in a dialog that nobody here answers.
    preferences.write_text(preferences.read_text().replace('login_at_startup", true', 'login_at_startup", false'))
    name = f"Mailwright {case.account.address}"
    assert f'thunderbird -P "{name}"' in made.then[0]
    with lab.Thunderbird(own_home, "-P", name) as program:
        assert program.run(lab.TRUST, trust(authority)) is True
        assert program.run(lab.KEEP_PASSWORDS, passwords(case)) is True
        assert case.verified.incoming is not None
        assert program.run(lab.ACCOUNTS) == [
            [
                protocol.value,
                HOST,
                case.verified.incoming.port,
                case.account.username,
                case.account.address,
                "Ada Example",
            ]
        ]
        assert word in program.run(lab.SUBJECTS)
        message = case.write("message.eml", case.message("by Thunderbird").replace("\n", "\r\n"))
        assert program.run(lab.SEND, str(message), case.account.address) == "sent"
    case.arrived("by Thunderbird")
    # Its own file by now, without ours that made it.
    (profile,) = [path for path in profiles(own_home / ".thunderbird") if path.name.startswith("mailwright-")]
    (profile / "user.js").rename(own_home / "user.js")
    assert len(list(accounts_of(profile))) == 1
    assert read_back("thunderbird", case.verified) == ()
    (own_home / "user.js").rename(profile / "user.js")
    assert record.undo() == (profile,)
    assert read_back("thunderbird", case.verified) is None


@pytest.mark.skipif(
    not os.access("/usr/lib/thunderbird/isp", os.W_OK), reason="the program's folder may not be written"
)
def test_a_file_in_its_own_folder_is_found_before_anybody_is_asked(
    server: MailServer, own_home: Path, authority: Authority
) -> None:
    case = make_case("starttls", server, own_home, authority, Protocol.IMAP)
    record = Placed(own_home / "records", record_name("autoconfig-xml", case.verified))
    (path,) = record.put(placement("autoconfig-xml", case.verified))
    try:
        assert path.stat().st_mode & 0o444 == 0o444
        with lab.Thunderbird(own_home) as program:
            found = program.run(lab.FOUND_ON_DISK, case.verified.address.domain)
    finally:
        record.undo()
    assert case.verified.incoming is not None
    assert case.verified.outgoing is not None
    assert found == [
        ["imap", HOST, case.verified.incoming.port, 2, "%EMAILADDRESS%"],
        ["smtp", HOST, case.verified.outgoing.port, 2, "%EMAILADDRESS%"],
    ]
    assert not path.exists()
