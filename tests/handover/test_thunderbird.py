"""Thunderbird itself takes the profile that was put in place, sends and reads with it, and is read back."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.gui.desktop import desktop, missing
from tests.handover.test_real_programs import HOST, Case, home, make_case, server
from tests.lab import thunderbird as lab
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from wizard.handover.programs.placing import Placed
from wizard.handover.programs.putting import placement, record_name
from wizard.handover.programs.reading import read_back
from wizard.handover.programs.thunderbird import accounts_of, profiles
from wizard.handover.targets import sheet
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


WHERE = "127.0.77.1"  # another address of this computer than the lab's servers have


@contextmanager
def pages(scheme: str, authority: Authority, path: str, content: bytes, address: str = WHERE) -> Iterator[list[str]]:
    """A web server of the domain at the usual port; the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']}{self.path}")
            is_it = f"{self.headers['Host']}{self.path.partition('?')[0]}" == path
            self.send_response(200 if is_it else 404)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content) if is_it else 0))
            self.end_headers()
            self.wfile.write(content if is_it else b"")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((address, 443 if scheme == "https" else 80), Handler) as web:
        if scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.ca.issue_cert("example.org", "autoconfig.example.org").configure_cert(context)
            web.socket = context.wrap_socket(web.socket, server_side=True)
        serving = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield asked
        finally:
            web.shutdown()
            serving.join()


@pytest.mark.parametrize(
    ("scheme", "path"),
    [
        ("https", "autoconfig.example.org/mail/config-v1.1.xml"),
        ("http", "autoconfig.example.org/mail/config-v1.1.xml"),
        ("https", "example.org/.well-known/autoconfig/mail/config-v1.1.xml"),
    ],
)
def test_a_file_on_the_domains_own_pages_is_found_and_fits_everybody_there(
    scheme: str, path: str, server: MailServer, own_home: Path, authority: Authority
) -> None:
    case = make_case("starttls", server, own_home, authority, Protocol.IMAP)
    assert case.verified.incoming is not None
    assert case.verified.outgoing is not None
    (file,) = sheet("autoconfig-xml", case.verified).files
    with pages(scheme, authority, path, file.content) as asked, lab.Thunderbird(own_home) as program:
        assert program.run(lab.TRUST, trust(authority)) is True
        found = program.run(lab.FOUND_AT_PROVIDER, "example.org", "eve@example.org", WHERE)
    assert found == [
        ["imap", HOST, case.verified.incoming.port, 2, "%EMAILADDRESS%"],
        ["smtp", HOST, case.verified.outgoing.port, 2, "%EMAILADDRESS%"],
    ]
    assert any(one.startswith(path) for one in asked)


@contextmanager
def told_by(where: str, case: Case, authority: Authority) -> Iterator[None]:
    """The account's file lies in the program's own folder, or is served as `publish` has it served."""
    if where == "its folder":
        record = Placed(case.home / "records", record_name("autoconfig-xml", case.verified))
        record.put(placement("autoconfig-xml", case.verified))
        try:
            yield
        finally:
            record.undo()
    else:
        (file,) = sheet("autoconfig-xml", case.verified).files
        path = "autoconfig.example.org/mail/config-v1.1.xml"
        with pages("https", authority, path, file.content, "127.0.0.1") as asked:
            yield
        assert any(one.startswith(path) for one in asked)


@pytest.mark.skipif(bool(missing()), reason="the desktop for tests is not installed")
@pytest.mark.skipif(
    not os.access("/usr/lib/thunderbird/isp", os.W_OK), reason="the program's folder may not be written"
)
@pytest.mark.parametrize("where", ["its folder", "the domain's pages"])
def test_a_person_at_the_keyboard_comes_through_its_account_hub(
    where: str, server: MailServer, own_home: Path, authority: Authority, tmp_path: Path
) -> None:
    """It opens by itself at the first start; name, address and password are typed, and nothing else is."""
    case = make_case("starttls", server, own_home, authority, Protocol.IMAP)
    word = case.deliver()
    with (
        told_by(where, case, authority),
        desktop(tmp_path) as screen,
        lab.Thunderbird(own_home, desktop=screen) as program,
    ):

        def press(*words: str) -> None:
            subprocess.run(["xdotool", *words], env=screen, check=True, timeout=20)

        def fill_in(field: str, text: str) -> None:
            assert program.run(lab.HAS_KEYBOARD, field) is True
            press("key", "ctrl+a")
            press("type", "--delay", "20", text)

        assert program.run(lab.TRUST, trust(authority)) is True
        assert program.run(lab.LOOKED_FOR_HERE, "autoconfig.example.org") is True
        fill_in("realName", "Ada Example")
        press("key", "Tab")
        fill_in("email", case.account.address)
        press("key", "Return")
        assert program.run(lab.SHOWS, "Account settings found automatically.") is True
        press("key", "Return")
        fill_in("password", case.account.password)
        press("key", "Return")
        assert program.run(lab.SHOWS, "Finish") is True
        assert case.verified.incoming is not None
        assert program.run(lab.ACCOUNTS) == [
            ["imap", HOST, case.verified.incoming.port, case.account.username, case.account.address, "Ada Example"]
        ]
        assert word in program.run(lab.SUBJECTS)
        message = case.write("message.eml", case.message("by Thunderbird").replace("\n", "\r\n"))
        assert program.run(lab.SEND, str(message), case.account.address) == "sent"
    case.arrived("by Thunderbird")
