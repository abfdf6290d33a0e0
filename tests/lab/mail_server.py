"""A whole mail server: Postfix or Exim takes mail and Dovecot keeps it, so that a test message really arrives."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.lab.account import EVERYBODY, Account
from tests.lab.certificates import Authority, Issued
from tests.lab.dovecot import AuthAttempt, Dovecot, Ports
from tests.lab.exim import Exim
from tests.lab.postfix import Postfix, SubmissionPorts
from tests.lab.processes import free_address, free_ports, wait_until

STANDARD = {"submission": 587, "submissions": 465, "smtp": 25, "imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110}


class MailServer:
    """Running servers under one host name; every `(host, port)` is a loopback address. Stopped with the `with` block.

    Args:
        authority: issues the certificate, which is for `hostname` and the address itself.
        accounts: whose mailboxes it has.
        standard_ports: 587, 465, 993 and so on, on an address of its own (root only); otherwise free ports.
        address: where it listens, when that is not for us to choose.
        sends_with: Exim has the same accounts and delivers to the same Dovecot; of the options it knows `smtp_auth`.
        certificate: another one than the right one.
        postfix: main.cf parameters that win over ours.
        dovecot: lines added to Dovecot's configuration; they win.
        introspection_url: who says whether a token is good; with it, tokens sign in as well (XOAUTH2, OAUTHBEARER).
    """

    def __init__(
        self,
        authority: Authority,
        hostname: str = "mail.example.org",
        *,
        accounts: Sequence[Account] = EVERYBODY,
        standard_ports: bool = False,
        address: str | None = None,
        sends_with: Literal["postfix", "exim"] = "postfix",
        smtp_auth: bool = True,
        relay_denied: bool = False,
        message_size_limit: int = 10_240_000,
        authentication_results: str | None = None,
        certificate: Issued | None = None,
        postfix: Mapping[str, str] | None = None,
        dovecot: str = "",
        introspection_url: str | None = None,
    ) -> None:
        self.hostname = hostname
        self.accounts = tuple(accounts)
        self.ca_file = authority.ca_file
        self._started = ExitStack()
        # Not pytest's folder: that one is for its owner alone, and these servers run as users of their own.
        self._folder = Path(tempfile.mkdtemp(prefix="mailwright-lab-"))
        self._folder.chmod(0o755)
        try:
            self.address = address or free_address(tuple(STANDARD.values()) if standard_ports else ())
            numbers = tuple(STANDARD.values()) if standard_ports else free_ports(self.address, len(STANDARD))
            ports = dict(zip(STANDARD, numbers, strict=True))
            certificate = certificate or authority.issue(hostname, self.address)
            self._dovecot = Dovecot(
                self._folder / "dovecot",
                self.address,
                Ports(ports["imaps"], ports["imap"], ports["pop3s"], ports["pop3"]),
                certificate,
                self.accounts,
                settings=dovecot,
                introspection_url=introspection_url,
            )
            where = SubmissionPorts(ports["submission"], ports["submissions"], ports["smtp"])
            self._sender: Postfix | Exim
            if sends_with == "exim":
                self._sender = Exim(
                    self._folder / "exim", self.address, where, hostname, certificate, self.accounts, self._dovecot,
                    smtp_auth=smtp_auth,
                )  # fmt: skip
            else:
                self._sender = Postfix(
                    self._folder / "postfix", self.address, where, hostname, certificate, self.accounts, self._dovecot,
                    smtp_auth=smtp_auth, relay_denied=relay_denied, message_size_limit=message_size_limit,
                    authentication_results=authentication_results, settings=postfix,
                )  # fmt: skip
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.submission = (self.address, ports["submission"])
        self.submissions = (self.address, ports["submissions"])
        self.smtp = (self.address, ports["smtp"])
        self.imaps = (self.address, ports["imaps"])
        self.imap = (self.address, ports["imap"])
        self.pop3s = (self.address, ports["pop3s"])
        self.pop3 = (self.address, ports["pop3"])

    def __enter__(self) -> Self:
        self._started.callback(shutil.rmtree, self._folder, ignore_errors=True)
        try:
            self._started.enter_context(self._dovecot)
            self._started.enter_context(self._sender)
        except BaseException:
            self._started.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()

    def auth_log(self) -> list[AuthAttempt]:
        """Every sign-in the servers saw since they were last refreshed, in order within each server."""
        return [*self._sender_attempts(), *self._dovecot.auth_log()]

    def deliver(self, address: str, message: bytes, folder: str | None = None) -> None:
        """Puts a message into a mailbox, as an arriving one."""
        self._dovecot.deliver(address, message, folder)

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The messages there now, read without signing in."""
        return self._dovecot.mailbox(address, folder)

    def refresh(self) -> None:
        """As new: empty mailboxes, no sign-in remembered."""
        wait_until(self._sender.queue_is_empty, "everything is delivered")
        for account in self.accounts:
            self._dovecot.empty(account.address)
        self._dovecot.forget_auth_log()
        if isinstance(self._sender, Exim):
            self._sender.forget_auth_log()

    def logs(self) -> str:
        """What the servers wrote, for the message of a failing test."""
        return f"{self._sender.log()}\n{self._dovecot.log()}"

    def _sender_attempts(self) -> list[AuthAttempt]:
        return self._sender.auth_log() if isinstance(self._sender, Exim) else []
