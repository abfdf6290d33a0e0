"""An Exim of its own, the second kind of SMTP server: submission, sign-in, delivery by LMTP to Dovecot.

Debian's Exim and Postfix cannot be installed side by side, so packaging/system-packages.sh unpacks Exim into .lab/exim/
and nss_wrapper gives the program the system user it was built for.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.account import Account
from tests.lab.certificates import Issued
from tests.lab.dovecot import AuthAttempt, Dovecot
from tests.lab.postfix import SubmissionPorts
from tests.lab.processes import LabUnavailable, Process, accepts
from tests.lab.users import is_root

_UNPACKED = Path(__file__).resolve().parents[2] / ".lab" / "exim" / "usr" / "sbin" / "exim4"
_NOBODY = 65533  # any number nobody has: Exim gives up root for it
_ATTEMPT = re.compile(r" lab-auth (\S+)$", re.MULTILINE)


class Exim:
    """Running Exim; stopped with the `with` block.

    Args:
        folder: a folder of its own; every user must be able to reach it.
        smtp_auth: False: nobody can sign in.
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
    ) -> None:
        if not _UNPACKED.exists():
            raise LabUnavailable("Exim is missing: run `make test`, which unpacks it into .lab/")
        wrapper = next(Path("/usr/lib").glob("**/libnss_wrapper.so"), None)
        if wrapper is None:
            raise LabUnavailable("nss_wrapper is missing: install the package libnss-wrapper")
        self._address = address
        self._ports = ports
        self._log = folder / "mainlog"
        self._read_from = 0
        self._user = _NOBODY if is_root() else os.getuid()
        self._spool = folder / "spool"
        self._spool.mkdir(parents=True)
        # A copy, because it starts itself again as its own user, who may not see into the checkout.
        self._program = folder / "exim4"
        shutil.copyfile(_UNPACKED, self._program)
        self._program.chmod(0o755)
        (folder / "key.pem").write_bytes(certificate.key.read_bytes())
        for path in (folder, self._spool, folder / "key.pem"):
            if is_root():
                os.chown(path, self._user, self._user)
        (folder / "key.pem").chmod(0o600)
        (folder / "certificate.pem").write_bytes(certificate.certificate.read_bytes())
        (folder / "passwords").write_text("".join(f'"{a.username}": {a.password}\n' for a in accounts))
        (folder / "mailboxes").write_text("".join(f"{address}: {target}\n" for address, target in _targets(accounts)))
        (folder / "users").write_text(
            f"root:x:0:0::/:/bin/false\nDebian-exim:x:{self._user}:{self._user}::/:/bin/false\n"
        )
        (folder / "groups").write_text(f"root:x:0:\nDebian-exim:x:{self._user}:\n")
        configuration = folder / "exim.conf"
        configuration.write_text(self._configuration(folder, hostname, accounts, dovecot, smtp_auth))
        self._process = Process(
            [str(self._program), "-C", str(configuration), "-bdf"],
            folder / "output",
            self._ready,
            {
                "LD_PRELOAD": str(wrapper),
                "NSS_WRAPPER_PASSWD": str(folder / "users"),
                "NSS_WRAPPER_GROUP": str(folder / "groups"),
            },
        )

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
        """What Exim wrote."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def auth_log(self) -> list[AuthAttempt]:
        """Every AUTH command since the start, or since it was last forgotten, in order."""
        return [AuthAttempt("smtp", method) for method in _ATTEMPT.findall(self.log()[self._read_from :])]

    def forget_auth_log(self) -> None:
        """What happened up to now is not told again."""
        self._read_from = len(self.log())

    def queue_is_empty(self) -> bool:
        """Whether all it took is delivered."""
        return not any((self._spool / "input").glob("*-H"))

    def _ready(self) -> bool:
        return all(
            accepts(self._address, port) for port in (self._ports.submission, self._ports.submissions, self._ports.smtp)
        )

    def _configuration(
        self, folder: Path, hostname: str, accounts: Sequence[Account], dovecot: Dovecot, smtp_auth: bool
    ) -> str:
        ports = self._ports
        domains = " : ".join(sorted({account.domain for account in accounts}))
        password = f"lsearch{{{folder}/passwords}}{{$value}}fail"
        # No AUTH before TLS, and on port 25 none at all.
        offered = f"and {{{{!eq{{$tls_in_cipher}}{{}}}} {{!eq{{$received_port}}{{{ports.smtp}}}}}}}"
        return f"""
primary_hostname = {hostname}
exim_path = {self._program}
exim_user = {self._user}
exim_group = {self._user}
never_users =
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
local_interfaces = {self._address}
daemon_smtp_ports = {ports.submission} : {ports.submissions} : {ports.smtp}
tls_on_connect_ports = {ports.submissions}
tls_advertise_hosts = *
tls_certificate = {folder}/certificate.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if {offered}{{*}}}}
domainlist ours = {domains}
acl_smtp_auth = sign_in
acl_smtp_rcpt = recipient
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 200
smtp_accept_max_per_connection = 100
message_size_limit = 10M

begin acl
sign_in:
  accept logwrite = lab-auth ${{uc:${{sg{{$smtp_command_argument}}{{\\N\\s.*\\N}}{{}}}}}}

recipient:
  deny domains = +ours
       condition = ${{lookup{{$local_part@$domain}}lsearch{{{folder}/mailboxes}}{{0}}{{1}}}}
       message = Unrouteable address
  accept authenticated = *
  accept domains = +ours
  deny message = relay not permitted

begin routers
mailboxes:
  driver = accept
  domains = +ours
  caseful_local_part
  condition = ${{if eqi{{${{lookup{{$local_part@$domain}}lsearch{{{folder}/mailboxes}}}}}}{{$local_part@$domain}}}}
  transport = dovecot
folders:
  driver = redirect
  domains = +ours
  data = ${{lookup{{$local_part@$domain}}lsearch{{{folder}/mailboxes}}}}
# Mail to anybody else is taken and dropped: nothing leaves this computer.
others:
  driver = redirect
  data = :blackhole:

begin transports
dovecot:
  driver = lmtp
  socket = {dovecot.lmtp_socket}
  user = {self._user}
  group = {self._user}

begin retry
* * F,1h,1m

begin authenticators
""" + (
            ""
            if not smtp_auth
            else f"""
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{${{lookup{{$auth2}}{password}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if eq{{$auth2}}{{${{lookup{{$auth1}}{password}}}}}}}
  server_set_id = $auth1
"""
        )


def _targets(accounts: Sequence[Account]) -> list[tuple[str, str]]:
    rows = []
    for account in accounts:
        target = account.address
        if account.folder != "INBOX":
            target = f"{account.local_part}+{account.folder}@{account.domain}"
            rows.append((target, target))
        rows.append((account.address, target))
    return rows
