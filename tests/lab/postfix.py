"""A Postfix of its own: submission with STARTTLS and with TLS, sign-in by Dovecot, delivery by LMTP to Dovecot."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.account import Account
from tests.lab.certificates import Issued
from tests.lab.dovecot import Dovecot
from tests.lab.processes import LabUnavailable, Process, accepts, program
from tests.lab.users import group_id, is_root, postfix_user

_QUEUE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


@dataclass(frozen=True, slots=True)
class SubmissionPorts:
    """Where mail is taken: with STARTTLS, with TLS from the start, and from other servers."""

    submission: int
    submissions: int
    smtp: int


class Postfix:
    """Running Postfix; stopped with the `with` block. Needs root: its master switches users.

    Args:
        folder: a folder of its own; every user must be able to reach it.
        smtp_auth: False: nobody can sign in, as where a provider has switched SMTP AUTH off.
        relay_denied: True: nothing is taken, not even from those who signed in.
        authentication_results: what its receiving side found, without the host name: "spf=pass ...; dkim=pass ...".
        settings: main.cf parameters that win over ours.
    """

    def __init__(
        self,
        folder: Path,
        address: str,
        ports: SubmissionPorts,
        hostname: str,
        certificate: Issued,
        accounts: Sequence[Account],
        dovecot: Dovecot,
        *,
        smtp_auth: bool = True,
        relay_denied: bool = False,
        message_size_limit: int = 10_240_000,
        authentication_results: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        program("postfix", "postfix")
        if not is_root():
            raise LabUnavailable("Postfix needs root, because its master switches users: `make test` sees to that")
        self._address = address
        self._ports = ports
        self._log = folder / "mail.log"
        self._queue = folder / "queue"
        self.make_folders(folder)
        domains = sorted({account.domain for account in accounts})
        arrivals = {account: _detailed(account) for account in accounts}
        _table(folder / "mailboxes", {address: "yes" for a in accounts for address in (a.address, arrivals[a])})
        _table(folder / "folders", {a.address: arrivals[a] for a in accounts if arrivals[a] != a.address})
        restrictions = "permit_sasl_authenticated, reject_unauth_destination"
        recipients = ["permit"]
        if authentication_results is not None:
            header = f"PREPEND Authentication-Results: {hostname}; {authentication_results}"
            recipients.insert(0, f"check_recipient_access static:{{{header}}}")
        parameters = {
            "compatibility_level": "3.6",
            "queue_directory": str(folder / "queue"),
            "data_directory": str(folder / "data"),
            "maillog_file": str(self._log),
            "maillog_file_prefixes": str(folder),
            "myhostname": hostname,
            "mydestination": "",
            "mynetworks": "127.255.255.255/32",
            "inet_interfaces": "127.0.0.1",  # of a real interface; the services below name their own
            "inet_protocols": "ipv4",
            "alias_maps": "",
            "alias_database": "",
            "notify_classes": "",
            # Mail to anybody else is taken and dropped: nothing leaves this computer.
            "default_transport": "discard:",
            "disable_dns_lookups": "yes",
            "smtpd_peername_lookup": "no",
            "smtpd_error_sleep_time": "0",
            "smtpd_client_connection_rate_limit": "0",
            "smtpd_tls_security_level": "may",
            "smtpd_tls_cert_file": str(certificate.certificate),
            "smtpd_tls_key_file": str(certificate.key),
            "smtpd_tls_auth_only": "yes",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": str(dovecot.auth_socket),
            "smtpd_sasl_security_options": "noanonymous",
            "smtpd_relay_restrictions": "reject_unauth_destination" if relay_denied else restrictions,
            "smtpd_recipient_restrictions": ", ".join(recipients),
            "virtual_mailbox_domains": "" if relay_denied else ", ".join(domains),
            "virtual_mailbox_maps": f"texthash:{folder}/mailboxes",
            "virtual_alias_maps": f"texthash:{folder}/folders",
            "virtual_transport": f"lmtp:unix:{dovecot.lmtp_socket}",
            "message_size_limit": str(message_size_limit),
            "virtual_mailbox_limit": "0",
            **(settings or {}),
        }
        (folder / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in parameters.items()))
        (folder / "master.cf").write_text(self._services(smtp_auth))
        for name in ("main.cf", "master.cf", "mailboxes", "folders"):
            os.utime(folder / name, (0, 0))  # Postfix reads a file younger than a second again and again: 2 s lost
        # Not `postfix start-fg`: its shell stands between us and the master. The variables are what `postfix` would set
        # so that every daemon logs to maillog_file (postlogd(8)).
        master = "/usr/lib/postfix/sbin/master"
        logging = {"MAIL_LOGTAG": "postfix", "POSTLOG_SERVICE": "postlog", "POSTLOG_HOSTNAME": "lab"}
        self._process = Process([master, "-c", str(folder), "-s"], folder / "output", self._ready, logging)

    def __enter__(self) -> Self:
        try:
            self._process.__enter__()
        except LabUnavailable as error:
            raise LabUnavailable(f"{error}\n{self.log()[-3000:]}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)

    def log(self) -> str:
        """What Postfix wrote."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def queue_is_empty(self) -> bool:
        """Whether all it took is delivered."""
        return not any(path.is_file() for name in ("incoming", "active") for path in (self._queue / name).iterdir())

    def _ready(self) -> bool:
        return all(
            accepts(self._address, port) for port in (self._ports.submission, self._ports.submissions, self._ports.smtp)
        )

    def _services(self, smtp_auth: bool) -> str:
        sasl = f"-o smtpd_sasl_auth_enable={'yes' if smtp_auth else 'no'}"
        return "\n".join(
            (
                f"{self._address}:{self._ports.smtp} inet n - n - - smtpd",
                f"{self._address}:{self._ports.submission} inet n - n - - smtpd {sasl}",
                f"{self._address}:{self._ports.submissions} inet n - n - - smtpd {sasl} -o smtpd_tls_wrappermode=yes",
                "pickup unix n - n 60 1 pickup",
                "cleanup unix n - n - 0 cleanup",
                "qmgr unix n - n 300 1 qmgr",
                "rewrite unix - - n - - trivial-rewrite",
                "bounce unix - - n - 0 bounce",
                "defer unix - - n - 0 bounce",
                "trace unix - - n - 0 bounce",
                "verify unix - - n - 1 verify",
                "proxymap unix - - n - - proxymap",
                "error unix - - n - - error",
                "retry unix - - n - - error",
                "lmtp unix - - n - - lmtp",
                "discard unix - - n - - discard",
                "anvil unix - - n - 1 anvil",
                "tlsmgr unix - - n 1000? 1 tlsmgr",
                "scache unix - - n - 1 scache",
                "postlog unix-dgram n - n - 1 postlogd",
                "",
            )
        )

    @staticmethod
    def make_folders(folder: Path) -> None:
        """The queue and data folders below this one, with the owners that Postfix insists on."""
        owner, postdrop = postfix_user().uid, group_id("postdrop")
        folder.mkdir(exist_ok=True)
        queue = folder / "queue"
        queue.mkdir()
        (queue / "pid").mkdir()
        for name in _QUEUE:
            (queue / name).mkdir(mode=0o700)
            os.chown(queue / name, owner, -1)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            (queue / name).mkdir()
            os.chown(queue / name, owner, postdrop)
            (queue / name).chmod(mode)
        (folder / "data").mkdir(mode=0o700)
        os.chown(folder / "data", owner, -1)


def _detailed(account: Account) -> str:
    return account.address if account.folder == "INBOX" else f"{account.local_part}+{account.folder}@{account.domain}"


def _table(path: Path, rows: Mapping[str, str]) -> None:
    path.write_text("".join(f"{key} {value}\n" for key, value in rows.items()))
