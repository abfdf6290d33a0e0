"""A Dovecot of its own: IMAP, POP3, delivery by LMTP and the sign-in Postfix asks, in one temporary folder."""

from __future__ import annotations

import base64
import os
import re
import shutil
import smtplib
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.account import Account
from tests.lab.certificates import Issued
from tests.lab.processes import LabUnavailable, Process, accepts, program, wait_until
from tests.lab.users import is_root, mail_user, myself

_ATTEMPT = re.compile(r"client in: AUTH\t\d+\t(?P<method>[^\t]+)\t(?:service|protocol)=(?P<protocol>smtp|imap|pop3)\t")


@dataclass(frozen=True, slots=True)
class AuthAttempt:
    """One sign-in as the server saw it.

    `method` is the SASL mechanism; Dovecot calls IMAP's LOGIN and POP3's USER and PASS "PLAIN" as well.
    """

    protocol: str
    method: str


@dataclass(frozen=True, slots=True)
class Ports:
    """Where Dovecot listens."""

    imaps: int
    imap: int
    pop3s: int
    pop3: int


class Dovecot:
    """Running Dovecot; stopped with the `with` block.

    Args:
        folder: a folder of its own; every user must be able to reach it.
        address: the loopback address.
        settings: lines added to the configuration; they win.
        introspection_url: who says whether a token is good (RFC 7662); with it, a token for "mail" signs in as well.
    """

    def __init__(
        self,
        folder: Path,
        address: str,
        ports: Ports,
        certificate: Issued,
        accounts: Sequence[Account],
        *,
        settings: str = "",
        introspection_url: str | None = None,
    ) -> None:
        self.folder = folder
        self.address = address
        self.ports = ports
        self.auth_socket = folder / "auth"
        self.lmtp_socket = folder / "lmtp"
        self._log = folder / "dovecot.log"
        self._accounts = {account.address: account for account in accounts}
        self._read_from = 0
        self._markers = 0
        folder.mkdir(exist_ok=True)
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
        if is_root():
            os.chown(folder / "mail", mail_user().uid, mail_user().gid)
        (folder / "passdb").write_text(
            "".join(f"{account.username}:{{PLAIN}}{account.password}::::::{_extra(account)}\n" for account in accounts)
        )
        names = dict.fromkeys((name, account) for account in accounts for name in (account.username, account.address))
        (folder / "userdb").write_text("".join(f"{name}:::::{self._home(account)}::\n" for name, account in names))
        command = program("dovecot", "dovecot-core")
        self._is_new = _version(command) >= (2, 4)
        configuration = folder / "dovecot.conf"
        tokens = self._tokens(introspection_url) if introspection_url is not None else ""
        configuration.write_text(self._configuration(certificate) + tokens + settings)
        for part in ("imap", "pop3", "lmtp"):
            if not Path("/usr/lib/dovecot", part).exists():
                raise LabUnavailable(f"Dovecot's {part} is missing: install the package dovecot-{part}d")
        self._process = Process([command, "-F", "-c", str(configuration)], folder / "output", self._ready)

    def __enter__(self) -> Self:
        try:
            self._process.__enter__()
        except LabUnavailable as error:
            log = self._log.read_text(errors="replace")[-3000:] if self._log.exists() else ""
            raise LabUnavailable(f"{error}\n{log}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)

    def auth_log(self) -> list[AuthAttempt]:
        """Every sign-in since the start, or since it was last forgotten, in order."""
        self._flush()
        with self._log.open("rb") as log:
            log.seek(self._read_from)
            text = log.read().decode(errors="replace")
        return [AuthAttempt(found["protocol"], found["method"]) for found in _ATTEMPT.finditer(text)]

    def log(self) -> str:
        """What Dovecot wrote."""
        self._flush()
        return self._log.read_text(errors="replace")

    def forget_auth_log(self) -> None:
        """What happened up to now is not told again."""
        self._flush()
        self._read_from = self._log.stat().st_size

    def deliver(self, address: str, message: bytes, folder: str | None = None) -> None:
        """Puts a message into a mailbox, as an arriving one."""
        account = self._accounts[address]
        detail = "" if (folder or account.folder) == "INBOX" else f"+{folder or account.folder}"
        with smtplib.LMTP(str(self.lmtp_socket), local_hostname="localhost") as lmtp:
            lmtp.sendmail("sender@example.net", [f"{account.local_part}{detail}@{account.domain}"], message)

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The messages there now, read from the disk: nobody signs in."""
        return [path.read_bytes() for path in self._messages(address, folder)]

    def empty(self, address: str) -> None:
        """No message in any folder of that mailbox, as if it had never been used."""
        # Dovecot's own index goes with it: for a second it would be believed more than the folder.
        shutil.rmtree(self._home(self._accounts[address]), ignore_errors=True)

    def _messages(self, address: str, folder: str) -> list[Path]:
        maildir = self._home(self._accounts[address]) / "Maildir"
        if folder != "INBOX":
            maildir /= f".{folder}"
        return sorted(path for part in ("new", "cur") for path in maildir.glob(f"{part}/*"))

    def _home(self, account: Account) -> Path:
        return self.folder / "mail" / account.domain / account.local_part

    def _ready(self) -> bool:
        ports = self.ports
        return all(accepts(self.address, port) for port in (ports.imaps, ports.imap, ports.pop3s, ports.pop3)) and (
            self.auth_socket.exists() and self.lmtp_socket.exists()
        )

    def _flush(self) -> None:
        # The log is written by a process of its own; once a sign-in of ours stands in it, all earlier ones do.
        self._markers += 1
        marker = f"marker{self._markers}"
        who = next(iter(self._accounts.values()))  # a sign-in that succeeds is answered at once
        response = base64.b64encode(f"\0{who.username}\0{who.password}".encode()).decode()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.auth_socket))
            client.sendall(
                f"VERSION\t1\t1\nCPID\t{os.getpid()}\nAUTH\t1\tPLAIN\tservice={marker}\tsecured\tresp={response}\n".encode()
            )
            answer = b""
            while b"\nOK\t" not in answer:
                data = client.recv(4096)
                if not data:
                    raise LabUnavailable("Dovecot's sign-in service closed the line")
                answer += data
        wait_until(lambda: marker in self._log.read_text(errors="replace"), "Dovecot's log is written")

    def _tokens(self, introspection_url: str) -> str:
        if self._is_new:
            return f"""
auth_mechanisms = plain login xoauth2 oauthbearer
oauth2_introspection_mode = post
oauth2_introspection_url = {introspection_url}
oauth2_username_attribute = username
oauth2_active_attribute = active
oauth2_active_value = true
oauth2_scope = mail
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
"""
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = {introspection_url}\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\nscope = mail\n"
        )
        return f"""
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {self.folder}/oauth2.conf
}}
"""

    def _configuration(self, certificate: Issued) -> str:
        return "\n".join(
            (
                self._of_this_version(certificate),
                self._of_every_version(),
                "" if is_root() else self._without_root(),
                "",
            )
        )

    def _of_this_version(self, certificate: Issued) -> str:
        """The settings that 2.4 (Debian 13) writes in another way; what they do is the same."""
        if self._is_new:
            return f"""
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {certificate.certificate}
ssl_server_key_file = {certificate.key}
auth_allow_cleartext = no
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {self.folder}/passdb
  default_password_scheme = PLAIN
}}
userdb passwd-file {{
  passwd_file_path = {self.folder}/userdb
}}
protocols {{
  imap = yes
  pop3 = yes
  lmtp = yes
}}
"""
        return f"""
protocols = imap pop3 lmtp
ssl_cert = <{certificate.certificate}
ssl_key = <{certificate.key}
disable_plaintext_auth = yes
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {self.folder}/passdb
}}
userdb {{
  driver = passwd-file
  args = {self.folder}/userdb
}}
"""

    def _without_root(self) -> str:
        me = myself()
        return (
            f"default_internal_user = {me.name}\ndefault_internal_group = {me.group}\n"
            f"default_login_user = {me.name}\n"
            + "".join(
                f"service {name} {{\n  chroot =\n}}\n"
                for name in ("anvil", "imap-login", "pop3-login", "auth", "auth-worker", "stats")
            )
        )

    def _of_every_version(self) -> str:
        mail, ports = mail_user(), self.ports
        return f"""
listen = {self.address}
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self._log}
# Each sign-in is a line in the log: the tests count them.
auth_debug = yes
auth_failure_delay = 0
ssl = yes
auth_mechanisms = plain login
mail_uid = {mail.uid}
mail_gid = {mail.gid}
first_valid_uid = 1
first_valid_gid = 0
mail_fsync = never
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autocreate = yes
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service auth {{
  unix_listener {self.auth_socket} {{
    mode = 0666
  }}
}}
# Without it a wrong password makes the next attempt from the same address wait.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  unix_listener {self.lmtp_socket} {{
    mode = 0666
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {ports.pop3}
  }}
  inet_listener pop3s {{
    port = {ports.pop3s}
    ssl = yes
  }}
}}
"""


def _extra(account: Account) -> str:
    """The extra fields of an account that is suspended."""
    return "nologin=y reason=" + account.suspended.replace(" ", "_") if account.suspended else ""


def _version(command: str) -> tuple[int, ...]:
    """Dovecot's version: (2, 3) or (2, 4)."""
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", told)[:2])
