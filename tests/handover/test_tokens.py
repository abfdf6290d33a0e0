"""Real programs sign in by the token that `mailwright accounts token` prints, and again once it has ended.

The account is saved by `mailwright accounts add --browser-sign-in`, its permission lies in a real keyring, the provider
is a real authorization server that Dovecot asks about each token.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.handover.accounts import account as proven
from tests.handover.accounts import imap, smtp
from tests.handover.test_real_programs import HOST, Case, home, in_folder, needs
from tests.lab import identity as identity_lab
from tests.lab import secret_service as keyring
from tests.lab.account import ADA
from tests.lab.certificates import Authority, Issued
from tests.lab.identity import CLIENT_ID, IdentityProvider
from tests.lab.mail_server import MailServer
from tests.lab.names import NameServer
from tests.lab.screen import Screen
from tests.test_oauth_end_to_end import PRESET
from wizard.handover.targets import sheet
from wizard.model.address import Address
from wizard.model.server import Security

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(bool(keyring.missing()), reason="gnome-keyring is not installed: make handover-test"),
]

__all__ = ["home"]  # the fixture of the other file
ROOT = Path(__file__).parents[2]
# What the program runs is the product's own command; told where the lab's name server, authority and pack are.
# With “frozen” beside it the last token is given once more: what a program would have that kept it.
COMMAND = """#!/bin/sh
kept="$HOME/last-token"
[ -e "$HOME/frozen" ] || {python} -m wizard "$@" {lab} >"$kept" || exit
cat "$kept"
"""
BROWSER = """#!{python}
import ssl, sys
from types import SimpleNamespace
sys.path.insert(0, {root!r})
from tests.lab.browser import Browser
trusts = SimpleNamespace(client_context=lambda: ssl.create_default_context(cafile={ca!r}))
with Browser(trusts) as browser:
    browser.open(sys.argv[1])
"""


@dataclass(frozen=True)
class Town:
    """A provider that gives tokens, its mail server, and the options by which the product finds them."""

    identity: IdentityProvider
    mail: MailServer
    options: tuple[str, ...]
    ca_file: Path


@dataclass(frozen=True)
class Kept:
    """An account that is saved with its permission, on the computer where the mail program runs."""

    town: Town
    case: Case
    reach: dict[str, str]

    def lines(self, target: str) -> str:
        """The only file of that target with the # in front of the command taken away, as its steps say."""
        (file,) = sheet(target, self.case.verified).files
        lines = file.content.decode().splitlines()
        assert any(line.startswith("# ") and " token" in line.replace("'", "") for line in lines)
        return "\n".join(line.removeprefix("# ") if "token" in line else line for line in lines) + "\n"

    def run(self, *command: str, text: str = "", expect: int = 0, **env: str) -> str:
        """What the program printed."""
        return self.case.run(
            *command, text=text, expect=expect, timeout_s=60,
            PATH=self.reach["PATH"], XDG_RUNTIME_DIR=self.reach["XDG_RUNTIME_DIR"],
            DBUS_SESSION_BUS_ADDRESS=self.reach["DBUS_SESSION_BUS_ADDRESS"], **env,
        )  # fmt: skip

    @property
    def frozen(self) -> Path:
        """While this file is there, no new token is given."""
        return self.case.home / "frozen"

    def token(self) -> str:
        """The token that was given last."""
        return (self.case.home / "last-token").read_text()

    def three_times(self, use: Callable[[], object], refused: Callable[[], object]) -> None:
        """It works, is refused with the token that ended, and works with a new one."""
        use()
        first = self.token()
        self.town.identity.expire()
        self.frozen.touch()
        refused()
        self.frozen.unlink()
        use()
        assert self.token() != first


@pytest.fixture(scope="module")
def town(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    issued = authority.ca.issue_cert(HOST, "mail.example.org", "127.0.0.1", common_name=HOST)
    certificate = Issued(folder / "certificate.pem", folder / "key.pem")
    issued.private_key_pem.write_to_path(certificate.key)
    certificate.certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    with (
        IdentityProvider(authority) as identity,
        MailServer(
            authority, hostname=HOST, accounts=(ADA,), address="127.0.0.1", certificate=certificate,
            introspection_url=identity.introspection_url,
        ) as mail,
        NameServer({"example.org": ["login A 127.0.0.1", "mail A 127.0.0.1"]}) as names,
    ):  # fmt: skip
        (folder / "pack" / "presets").mkdir(parents=True)
        (folder / "pack" / "helpdesk.toml").write_text(f'[oauth.example-org]\nclient_id = "{CLIENT_ID}"\n')
        preset = PRESET.format(
            imaps=mail.imaps[1], pop3s=mail.pop3s[1], submissions=mail.submissions[1], issuer=identity.issuer
        )
        (folder / "pack" / "presets" / "example-org.toml").write_text(preset)
        options = ("--nameserver", names.option, "--ca-file", str(authority.ca_file), "--pack", str(folder / "pack"))
        yield Town(identity, mail, options, authority.ca_file)


@pytest.fixture(params=["XOAUTH2", "OAUTHBEARER"])
def kept(request: pytest.FixtureRequest, town: Town, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    town.identity.refresh()
    # Most programs send it within the command's own line, which Postfix cuts at 2,048 signs, and NeoMutt takes
    # hundreds only; those of the lab are longer otherwise.
    monkeypatch.setattr(identity_lab, "TOKEN_BYTES", 300)
    town.mail.refresh()
    case = Case(
        town.mail,
        ADA,
        proven(
            address=Address.parse(ADA.address),
            display_name="Ada Example",
            incoming=imap(host=HOST, port=town.mail.imaps[1], security=Security.TLS, username=ADA.address),
            outgoing=smtp(host=HOST, port=town.mail.submissions[1], security=Security.TLS, username=ADA.address),
            incoming_auth=request.param,
            outgoing_auth=request.param,
        ),
        home,
        town.ca_file,
    )
    lab = shlex.join(town.options)
    case.write("bin/mailwright", COMMAND.format(python=sys.executable, lab=lab), 0o755)
    browser = case.write(
        "bin/browser", BROWSER.format(python=sys.executable, root=str(ROOT), ca=str(town.ca_file)), 0o755
    )
    with keyring.secret_service(home) as reach:
        reach["PATH"] = f"{home / 'bin'}:{os.environ['PATH']}"
        saved = Kept(town, case, reach)
        words = ("accounts", "add", ADA.address, "--browser-sign-in", *town.options)
        shown = saved.run(sys.executable, "-m", "wizard", *words, BROWSER=f"{browser} %s")
        assert "Saved: ada@example.org" in shown
        assert ADA.password not in shown
        yield saved


@needs("msmtp")
def test_msmtp_sends_by_token(kept: Kept) -> None:
    config = kept.case.write(".msmtprc", f"defaults\ntls_trust_file {kept.case.ca_file}\n{kept.lines('msmtp')}")
    sent = iter(range(9))

    def send(expect: int = 0) -> str:
        subject = f"by msmtp {next(sent)}"
        words = ("msmtp", f"--file={config}", "-a", ADA.address, ADA.address)
        shown = kept.run(*words, text=kept.case.message(subject), expect=expect)
        if not expect:
            kept.case.arrived(subject)
        return shown

    kept.three_times(send, lambda: send(expect=77))


@needs("neomutt")
def test_neomutt_sends_and_reads_by_token(kept: Kept) -> None:
    kept.case.write("ada.muttrc", kept.lines("neomutt"))
    rc = kept.case.write(
        "rc", f"source {kept.case.home}/ada.muttrc\nset record=''\nset ssl_ca_certificates_file={kept.case.ca_file}\n"
    )
    sent = iter(range(9))

    def send(expect: int = 0) -> None:
        subject = f"by neomutt {next(sent)}"
        kept.run("neomutt", "-n", "-F", str(rc), "-s", subject, ADA.address, text="Hello\n", expect=expect)
        if not expect:
            kept.case.arrived(subject)

    kept.three_times(send, lambda: send(expect=1))
    word = kept.case.deliver()
    with Screen(["neomutt", "-n", "-F", str(rc)], _on_screen(kept)) as screen:
        screen.wait(word)


@needs("aerc")
def test_aerc_reads_and_sends_by_token(kept: Kept) -> None:
    kept.case.write(".config/aerc/accounts.conf", kept.lines("aerc"))
    for number in (1, 2):
        word = kept.case.deliver()
        with Screen(["aerc"], _on_screen(kept)) as screen:
            screen.wait(word)
            screen.type(f":compose -H 'Subject: by aerc {number}' -H 'To: {ADA.address}'\r")
            screen.wait("Send this email?")
            screen.type("y")
            kept.case.arrived(f"by aerc {number}")
        kept.town.identity.expire()


@needs("getmail")
@pytest.mark.parametrize("kept", ["XOAUTH2"], indirect=True)
def test_getmail_fetches_by_token(kept: Kept) -> None:
    case = kept.case
    box = case.home / "box"
    # Its own delivery refuses root.
    destination = f'type = MDA_external\npath = /usr/bin/tee\narguments = ("-a", "{box}")\nallow_root_commands = true\n'
    text, _, options = kept.lines("getmail").partition("[destination]")
    case.write("getmail/rc", f"{text}[destination]\n{destination}[options]{options.partition('[options]')[2]}")

    def fetch() -> None:
        word = case.deliver()
        kept.run("getmail", "--getmaildir", str(case.home / "getmail"), "--rcfile", "rc")
        assert word in box.read_text()

    kept.three_times(fetch, lambda: None)


@needs("offlineimap")
@pytest.mark.parametrize("kept", ["XOAUTH2"], indirect=True)
def test_offlineimap_copies_the_mailbox_by_token(kept: Kept) -> None:
    text = kept.lines("offlineimap").replace("OS-DEFAULT", str(kept.case.ca_file))
    config = kept.case.write(".offlineimaprc", text)

    def copy() -> None:
        word = kept.case.deliver()
        kept.run("offlineimap", "-c", str(config), "-o", "-1", "-u", "basic")
        assert in_folder(kept.case.home / "Mail", word)

    kept.three_times(copy, lambda: None)


@needs("mbsync")
@pytest.mark.skipif(
    not any(Path("/usr/lib").glob("*/sasl2/libkdexoauth2.so*")),
    reason="libsasl2-modules-kdexoauth2 is not installed: make handover-test",
)
def test_mbsync_copies_the_mailbox_by_token(kept: Kept) -> None:
    (kept.case.home / "Mail" / ADA.address).mkdir(parents=True)
    text = kept.lines("mbsync").replace("SSLType", f"CertificateFile {kept.case.ca_file}\nSSLType")
    config = kept.case.write(".mbsyncrc", text)

    def copy() -> None:
        word = kept.case.deliver()
        kept.run("mbsync", "-c", str(config), "-a")
        assert in_folder(kept.case.home / "Mail", word)

    # With a token that ended it waits for ever: that module answers no refusal.
    kept.three_times(copy, lambda: None)


def _on_screen(kept: Kept) -> dict[str, str]:
    return {**kept.case.environment, **kept.reach, "EDITOR": "true", "TERM": "xterm"}
