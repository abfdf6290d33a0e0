"""What real programs make of our files: they send through the lab's servers and read from them.

Each runs once with TLS, once with STARTTLS, and once as a short user name with a password that needs every quoting.
`make handover-test` installs the programs; one that is missing here is skipped, and the summary says so.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.handover.accounts import account as proven
from tests.handover.accounts import imap, smtp
from tests.lab.account import ADA, Account
from tests.lab.certificates import Authority, Issued
from tests.lab.mail_server import MailServer
from tests.lab.postfix import Postfix
from tests.lab.processes import LabUnavailable, Process, wait_until
from wizard.handover.sheet import HandoverFile
from wizard.handover.targets import sheet
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security

pytestmark = [pytest.mark.slow, pytest.mark.root]

HARD = Account("cy@example.org", "a b@/#%\"'\\$x;ü", "cy")
# Python's smtplib sends no other than an ASCII password, and says so on its sheet.
HARD_ASCII = Account("dot@example.org", "a b@/#%\"'\\$x;", "dot")
HOST = "localhost"
SYSTEM_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class Case:
    """An account on the lab's servers, proven, and a home folder for the program that gets it."""

    server: MailServer
    account: Account
    verified: VerifiedAccount
    home: Path
    ca_file: Path

    def files(self, target: str) -> dict[str, HandoverFile]:
        """The files of that target with the password in them, by the end of their names."""
        return {file.name: file for file in sheet(target, self.verified, Secret(self.account.password)).files}

    def only(self, target: str) -> str:
        """The text of the only file."""
        (file,) = self.files(target).values()
        return file.content.decode()

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file of the program's, for its owner alone."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    def run(self, *command: str, text: str = "", expect: int = 0, timeout_s: float = 60, **env: str) -> str:
        """What the program printed; it must end with `expect`."""
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
            cwd=self.home,
            env={**self.environment, **env},
        )
        shown = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == expect, f"{shown}\n{self.server.logs()[-1000:]}"
        return shown

    @property
    def environment(self) -> dict[str, str]:
        """What the program sees of the person's environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "SSL_CERT_FILE": str(self.ca_file),
        }

    def message(self, subject: str) -> str:
        """A whole message from the account to itself."""
        address = self.account.address
        return f"From: {address}\nTo: {address}\nSubject: {subject}\n\nHello\n"

    def arrived(self, subject: str) -> None:
        """Waits until a message of this subject is in the mailbox."""

        def there() -> bool:
            found = self.server.mailbox(self.account.address)
            return any(message_from_bytes(raw)["Subject"] == subject for raw in found)

        wait_until(there, f"“{subject}” arrives", timeout_s=30)

    def deliver(self) -> str:
        """Puts a message into the mailbox; the word that is in it."""
        word = f"word-{secrets.token_hex(6)}"
        self.server.deliver(self.account.address, self.message(word).replace("\n", "\r\n").encode())
        return word


def needs(program: str) -> pytest.MarkDecorator:
    """Skips where the program is not installed."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed: make handover-test")


@pytest.fixture(scope="module")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """Servers under a name that the system resolves itself, in a certificate with a common name.

    Without one fetchmail and OfflineIMAP refuse the certificate.
    """
    folder = tmp_path_factory.mktemp("named")
    issued = authority.ca.issue_cert(HOST, "127.0.0.1", common_name=HOST)
    certificate = Issued(folder / "certificate.pem", folder / "key.pem")
    issued.private_key_pem.write_to_path(certificate.key)
    certificate.certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    accounts = (ADA, HARD, HARD_ASCII)
    with MailServer(
        authority, hostname=HOST, accounts=accounts, address="127.0.0.1", certificate=certificate
    ) as running:
        yield running


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder that other users may enter: some programs refuse to run as root."""
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


KINDS = {
    "tls": (ADA, Security.TLS),
    "starttls": (ADA, Security.STARTTLS),
    "hard": (HARD, Security.TLS),
    "hard-starttls": (HARD, Security.STARTTLS),
    "hard-ascii": (HARD_ASCII, Security.STARTTLS),
    "hard-ascii-tls": (HARD_ASCII, Security.TLS),
}


def make_case(kind: str, server: MailServer, home: Path, authority: Authority, protocol: Protocol) -> Case:
    who, security = KINDS[kind]
    where = {
        (Protocol.IMAP, Security.TLS): server.imaps,
        (Protocol.IMAP, Security.STARTTLS): server.imap,
        (Protocol.POP3, Security.TLS): server.pop3s,
        (Protocol.POP3, Security.STARTTLS): server.pop3,
    }[protocol, security]
    sends = server.submissions if security is Security.TLS else server.submission
    server.refresh()
    verified = proven(
        address=Address.parse(who.address),
        display_name="Ada Example",
        incoming=imap(protocol=protocol, host=HOST, port=where[1], security=security, username=who.username),
        outgoing=smtp(host=HOST, port=sends[1], security=security, username=who.username),
    )
    return Case(server, who, verified, home, authority.ca_file)


@pytest.fixture(params=["tls", "starttls", "hard"])
def case(request: pytest.FixtureRequest, server: MailServer, home: Path, authority: Authority) -> Case:
    return make_case(request.param, server, home, authority, Protocol.IMAP)


@pytest.fixture(params=["tls", "starttls", "hard-ascii"])
def ascii_case(request: pytest.FixtureRequest, server: MailServer, home: Path, authority: Authority) -> Case:
    return make_case(request.param, server, home, authority, Protocol.IMAP)


@pytest.fixture(params=["tls", "starttls", "hard"])
def pop3_case(request: pytest.FixtureRequest, server: MailServer, home: Path, authority: Authority) -> Case:
    return make_case(request.param, server, home, authority, Protocol.POP3)


def in_folder(folder: Path, word: str) -> bool:
    """Whether a file below the folder has the word in it."""
    return any(path.is_file() and word.encode() in path.read_bytes() for path in folder.rglob("*"))


# Programs that read


@needs("mbsync")
def test_mbsync_copies_the_mailbox(case: Case) -> None:
    word = case.deliver()
    (case.home / "Mail" / case.account.address).mkdir(parents=True)
    config = case.write(".mbsyncrc", case.only("mbsync").replace("SSLType", f"CertificateFile {case.ca_file}\nSSLType"))
    case.run("mbsync", "-c", str(config), "-a")
    assert in_folder(case.home / "Mail", word)


@needs("fetchmail")
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("kind", ["tls", "starttls", "hard", "hard-starttls"])
def test_fetchmail_fetches_and_keeps(
    kind: str, protocol: Protocol, server: MailServer, home: Path, authority: Authority
) -> None:
    case = make_case(kind, server, home, authority, protocol)
    word = case.deliver()
    config = case.write(".fetchmailrc", case.only("fetchmail"))
    box = case.home / "box"
    case.run("fetchmail", "-f", str(config), "--sslcertfile", str(case.ca_file), "--mda", f"cat >>{box}")
    assert word in box.read_text()
    assert len(server.mailbox(case.account.address)) == 1


@needs("getmail")
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("kind", ["tls", "hard-ascii-tls"])
def test_getmail_fetches(kind: str, protocol: Protocol, server: MailServer, home: Path, authority: Authority) -> None:
    case = make_case(kind, server, home, authority, protocol)
    word = case.deliver()
    case.write("getmail/rc", case.only("getmail"))
    for part in ("cur", "new", "tmp"):
        (case.home / "Mail" / part).mkdir(parents=True)
    subprocess.run(["chown", "-R", "nobody", str(case.home)], check=True)
    case.ca_file.parent.chmod(0o755)
    shown = shutil.copy(case.ca_file, case.home / "ca.pem")
    Path(shown).chmod(0o644)
    case.run(
        "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
        "getmail", "--getmaildir", "getmail", "--rcfile", "rc",
        SSL_CERT_FILE=str(shown),
    )  # fmt: skip
    assert in_folder(case.home / "Mail", word)


@needs("offlineimap")
def test_offlineimap_copies_the_mailbox(case: Case) -> None:
    word = case.deliver()
    text = case.only("offlineimap").replace("OS-DEFAULT", str(case.ca_file))
    config = case.write(".offlineimaprc", text)
    # Now and then its reading thread takes bytes of the handshake after STARTTLS: it waits for ever, or says that TLS
    # could not be started. Whoever uses it starts it anew.
    for last in (False, False, True):
        try:
            case.run("offlineimap", "-c", str(config), "-o", "-1", "-u", "basic", timeout_s=15)
            break
        except subprocess.TimeoutExpired:
            if last:
                raise
        except AssertionError as error:
            if last or "Failed to start TLS connection" not in str(error):
                raise
    assert in_folder(case.home / "Mail", word)


# Programs that send


@needs("msmtp")
def test_msmtp_sends(case: Case) -> None:
    config = case.write(".msmtprc", f"defaults\ntls_trust_file {case.ca_file}\n{case.only('msmtp')}")
    case.run(
        "msmtp", f"--file={config}", "-a", case.account.address, case.account.address, text=case.message("by msmtp")
    )
    case.arrived("by msmtp")


@needs("curl")
def test_curl_sends_and_reads(case: Case) -> None:
    outgoing, incoming = case.only("url").split()
    trusts = ("curl", "-sS", "--ssl-reqd", "--cacert", str(case.ca_file))
    address = case.account.address
    mail = case.write("mail", case.message("by curl"))
    case.run(*trusts, outgoing, "--mail-from", address, "--mail-rcpt", address, "--upload-file", str(mail))
    case.arrived("by curl")
    assert "by curl" in case.run(*trusts, f"{incoming}/INBOX;MAILINDEX=1")


@needs("swaks")
def test_swaks_sends_by_the_variables(case: Case) -> None:
    words = case.write("env", case.only("env"))
    tls = "--tls-on-connect" if case.verified.outgoing.security is Security.TLS else "--tls"  # type: ignore[union-attr]
    case.run(
        "sh", "-c",
        f'. {words}; swaks --server "$SMTP_HOST" --port "$SMTP_PORT" {tls} --auth PLAIN --auth-user "$SMTP_USER" '
        '--auth-password "$SMTP_PASSWORD" --from "$SMTP_FROM" --to "$SMTP_FROM" --header "Subject: by swaks"',
    )  # fmt: skip
    case.arrived("by swaks")


@needs("node")
def test_nodemailer_sends(case: Case) -> None:
    modules = os.environ.get("NODE_PATH", "")
    if not (Path(modules) / "nodemailer").is_dir():
        pytest.skip("nodemailer is not installed: make handover-test")
    case.write("mailer.cjs", case.only("nodemailer"))
    script = case.write(
        "send.cjs",
        f"require('./mailer.cjs').sendMail({{to: '{case.account.address}', subject: 'by nodemailer', text: 'Hello'}})"
        ".catch((error) => { console.error(error.message); process.exit(1); });",
    )
    case.run("node", str(script), NODE_PATH=modules, NODE_EXTRA_CA_CERTS=str(case.ca_file))
    case.arrived("by nodemailer")
    sent = message_from_bytes(case.server.mailbox(case.account.address)[0])
    assert sent["From"] == f"Ada Example <{case.account.address}>"


def python_has(module: str) -> bool:
    found = subprocess.run([SYSTEM_PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
    return found.returncode == 0


def test_django_sends(ascii_case: Case) -> None:
    if not python_has("django"):
        pytest.skip("python3-django is not installed: make handover-test")
    case = ascii_case
    case.write("mail_settings.py", f"SECRET_KEY = 'x'\n{case.only('django')}")
    case.run(
        SYSTEM_PYTHON, "-m", "django", "sendtestemail", case.account.address,
        DJANGO_SETTINGS_MODULE="mail_settings", PYTHONPATH=str(case.home),
    )  # fmt: skip
    wait_until(lambda: len(case.server.mailbox(case.account.address)) == 1, "Django's message arrives")
    (raw,) = case.server.mailbox(case.account.address)
    assert message_from_bytes(raw)["From"] == f"Ada Example <{case.account.address}>"


def test_flask_mail_sends(ascii_case: Case) -> None:
    if not python_has("flask_mail"):
        pytest.skip("python3-flask-mail is not installed: make handover-test")
    case = ascii_case
    case.write("mail.py", case.only("flask"))
    script = case.write(
        "send.py",
        "from flask import Flask\nfrom flask_mail import Mail, Message\napp = Flask(__name__)\n"
        f"app.config.from_pyfile({str(case.home / 'mail.py')!r})\nwith app.app_context():\n"
        f"    Mail(app).send(Message('by Flask', recipients=[{case.account.address!r}], body='Hello'))\n",
    )
    case.run(SYSTEM_PYTHON, str(script))
    case.arrived("by Flask")


@needs("php")
def test_symfony_mailer_sends(case: Case) -> None:
    autoload = Path("/usr/share/php/Symfony/Component/Mailer/autoload.php")
    if not autoload.is_file():
        pytest.skip("php-symfony-mailer is not installed: make handover-test")
    words = case.write("env", case.only("symfony"))
    script = case.write(
        "send.php",
        f"<?php require '{autoload}'; use Symfony\\Component\\Mailer\\{{Mailer, Transport}};"
        "use Symfony\\Component\\Mime\\Email;"
        "(new Mailer(Transport::fromDsn(getenv('MAILER_DSN'))))->send((new Email())"
        f"->from('{case.account.address}')->to('{case.account.address}')->subject('by Symfony')->text('Hello'));",
    )
    case.run("sh", "-c", f"set -a; . {words}; php -d openssl.cafile={case.ca_file} {script}")
    case.arrived("by Symfony")


@needs("php")
def test_phpmailer_sends_with_wordpress_constants(case: Case) -> None:
    source = Path("/usr/share/php/libphp-phpmailer/src")
    if not source.is_dir():
        pytest.skip("libphp-phpmailer is not installed: make handover-test")
    constants = case.only("wordpress")
    loads = "".join(f"require '{source}/{name}.php';" for name in ("Exception", "PHPMailer", "SMTP"))
    script = case.write(
        "send.php",
        f"<?php {constants} {loads} $mail = new PHPMailer\\PHPMailer\\PHPMailer(true); $mail->isSMTP();"
        "$mail->Host = WPMS_SMTP_HOST; $mail->Port = WPMS_SMTP_PORT; $mail->SMTPSecure = WPMS_SSL;"
        "$mail->SMTPAuth = WPMS_SMTP_AUTH; $mail->SMTPAutoTLS = WPMS_SMTP_AUTOTLS;"
        "$mail->Username = WPMS_SMTP_USER; $mail->Password = WPMS_SMTP_PASS;"
        "$mail->setFrom(WPMS_MAIL_FROM, WPMS_MAIL_FROM_NAME); $mail->addAddress(WPMS_MAIL_FROM);"
        "$mail->Subject = 'by PHPMailer'; $mail->Body = 'Hello'; $mail->send();",
    )
    case.run("php", "-d", f"openssl.cafile={case.ca_file}", str(script))
    case.arrived("by PHPMailer")


@needs("php")
def test_laravels_variables_are_read_back(case: Case) -> None:
    """Its reader of .env files (phpdotenv) is not packaged; the shell reads the same quoting."""
    words = case.write("env", case.only("laravel"))
    shown = case.run("sh", "-c", f'. {words}; printf "%s|%s|%s" "$MAIL_HOST" "$MAIL_USERNAME" "$MAIL_PASSWORD"')
    assert case.verified.outgoing is not None
    assert shown == f"{case.verified.outgoing.host}|{case.account.username}|{case.account.password}"


@needs("php")
def test_nextclouds_lines_are_php(case: Case) -> None:
    file = case.write("lines.php", f"<?php $CONFIG = array(\n{case.only('nextcloud')});\necho json_encode($CONFIG);")
    import json

    read = json.loads(case.run("php", str(file)))
    assert read["mail_smtppassword"] == case.account.password
    assert read["mail_smtpname"] == case.account.username
    assert read["mail_smtpauth"] is True
    assert f"{read['mail_from_address']}@{read['mail_domain']}" == case.account.address


@needs("ruby")
def test_gitlabs_lines_are_ruby(case: Case) -> None:
    lines = case.only("gitlab")
    file = case.write(
        "gitlab.rb", f"require 'json'\ngitlab_rails = {{}}\n{lines}\nputs JSON.generate(gitlab_rails)", 0o644
    )
    import json

    assert json.loads(case.run("ruby", str(file)))["smtp_password"] == case.account.password


@needs("git")
def test_git_sends_a_patch(case: Case) -> None:
    if not Path("/usr/lib/git-core/git-send-email").is_file():
        pytest.skip("git-email is not installed: make handover-test")
    (file,) = sheet("git", case.verified).files
    case.write("ada.gitconfig", file.content.decode())
    case.run("git", "config", "--global", "--add", "include.path", str(case.home / "ada.gitconfig"))
    helper = case.write("helper", '#!/bin/sh\ncat "$HOME/credential"\n', 0o700)
    case.write("credential", f"username={case.account.username}\npassword={case.account.password}\n")
    case.run("git", "config", "--global", "credential.helper", str(helper))
    case.run("git", "config", "--global", "user.email", "someone@example.net")
    case.run("git", "config", "--global", "user.name", "Someone")
    patch = case.write("0001.patch", case.message("by git").replace("\n\n", "\n\n---\n"))
    case.run("git", "send-email", f"--to={case.account.address}", "--confirm=never", str(patch))
    case.arrived("by git")


MUTTS = [pytest.param(program, marks=needs(program)) for program in ("neomutt", "mutt")]


def muttrc(case: Case) -> Path:
    """The file as it is handed over, sourced, with what the program would ask for."""
    (file,) = sheet("neomutt", case.verified).files
    case.write("ada.muttrc", file.content.decode())
    quoted = case.account.password.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    kept = "".join(f'set {name}_pass="{quoted}"\n' for name in ("smtp", "imap", "pop"))
    return case.write(
        "rc",
        f"source {case.home}/ada.muttrc\n{kept}set record=''\nset ssl_ca_certificates_file={case.ca_file}\n",
    )


@pytest.mark.parametrize("program", MUTTS)
def test_mutt_reads(program: str, case: Case) -> None:
    from tests.lab.screen import Screen

    word = case.deliver()
    with Screen([program, "-n", "-F", str(muttrc(case))], {**case.environment, "TERM": "xterm"}) as screen:
        screen.wait(word)


@pytest.mark.parametrize("program", MUTTS)
def test_mutt_sends(program: str, case: Case) -> None:
    rc = muttrc(case)
    case.run(program, "-n", "-F", str(rc), "-s", f"by {program}", case.account.address, text="Hello\n")
    case.arrived(f"by {program}")


# A whole mail system


@needs("postconf")
def test_postfix_relays(case: Case) -> None:
    files = case.files("postfix")
    main = next(file.content.decode() for name, file in files.items() if name.endswith("main.cf"))
    passwords = next(file.content.decode() for name, file in files.items() if name.endswith("sasl_passwd"))
    folder = case.home / "postfix"
    Postfix.make_folders(folder)
    table = case.write("postfix/sasl_passwd", passwords)
    main = main.replace("/etc/postfix/sasl_passwd", str(table))
    main = main.replace("/etc/ssl/certs/ca-certificates.crt", str(case.ca_file))
    own = (
        f"compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n"
        "myhostname = box.example.net\nmydestination =\ninet_interfaces = loopback-only\nalias_maps =\n"
        "smtp_host_lookup = native\nsmtp_tls_verify_cert_match = hostname\nmaillog_file_prefixes = /\n"
        f"maillog_file = {folder}/log\n"
    )
    case.write("postfix/main.cf", own + main, 0o644)
    kinds = {"pickup": "pickup", "cleanup": "cleanup", "qmgr": "qmgr", "rewrite": "trivial-rewrite", "smtp": "smtp",
             "bounce": "bounce", "defer": "bounce", "trace": "bounce", "tlsmgr": "tlsmgr", "retry": "error",
             "error": "error", "proxymap": "proxymap", "anvil": "anvil", "scache": "scache"}  # fmt: skip
    wakes = {"pickup": ("60", "1"), "qmgr": ("300", "1"), "cleanup": ("-", "0"), "tlsmgr": ("1000?", "1")}
    public = ("pickup", "cleanup", "qmgr")
    services = [
        f"{name} unix {'n' if name in public else '-'} - n {' '.join(wakes.get(name, ('-', '-')))} {program}"
        for name, program in kinds.items()
    ]
    case.write("postfix/master.cf", "\n".join([*services, "postlog unix-dgram n - n - 1 postlogd", ""]), 0o644)
    logging = {"MAIL_LOGTAG": "postfix", "POSTLOG_SERVICE": "postlog", "POSTLOG_HOSTNAME": "box"}
    master = ["/usr/lib/postfix/sbin/master", "-c", str(folder), "-s"]
    ready = (folder / "queue" / "public" / "pickup").exists
    with Process(master, folder / "output", ready, logging):
        case.run(
            "sendmail", "-C", str(folder), "-f", "root@box.example.net", case.account.address,
            text=case.message("by Postfix"), MAIL_CONFIG=str(folder),
        )  # fmt: skip
        try:
            case.arrived("by Postfix")
        except LabUnavailable as error:
            raise AssertionError((folder / "log").read_text("utf-8", "replace")) from error
    (raw,) = case.server.mailbox(case.account.address)
    # As the server saw it: the sender is the account, whoever sent it here.
    assert message_from_bytes(raw)["Return-Path"] == f"<{case.account.address}>"


@needs("aerc")
def test_aerc_reads_and_sends(case: Case) -> None:
    from tests.lab.screen import Screen

    word = case.deliver()
    case.write(".config/aerc/accounts.conf", case.only("aerc"))
    env = {**case.environment, "EDITOR": "true", "XDG_RUNTIME_DIR": str(case.home), "TERM": "xterm"}
    with Screen(["aerc"], env) as screen:
        screen.wait(word)
        screen.type(f":compose -H 'Subject: by aerc' -H 'To: {case.account.address}'\r")
        screen.wait("Send this email?")
        screen.type("y")
        case.arrived("by aerc")
