"""What `publish` writes, served by a real nginx and BIND, is what programs find."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.handover.accounts import account as works_with
from tests.handover.accounts import diagnosis_document, imap, smtp, works
from tests.lab import thunderbird as lab
from tests.lab.account import Account
from tests.lab.certificates import Authority
from tests.lab.mail_server import STANDARD, MailServer
from tests.lab.names import NameServer
from tests.lab.processes import free_addresses, wait_until
from wizard.cli.main import main
from wizard.handover.document import check_document
from wizard.handover.publish import published
from wizard.model.address import Address

DOMAIN = "own.example"
HOSTS = (DOMAIN, *(f"{name}.{DOMAIN}" for name in ("autoconfig", "autodiscover", "ua-auto-config")))
PASSWORD = "tulip-wagon-64"


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    return path


def test_the_steps_are_printed_and_the_files_are_there(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main(["publish", "example.org", "--from", str(result), "--output", str(folder)]) == 0
    assert capsys.readouterr().out == (folder / "STEPS.txt").read_text()
    assert (folder / "www" / "mail" / "config-v1.1.xml").stat().st_mode & 0o444 == 0o444
    words = ["publish", "example.org", "--from", str(result), "--output", str(folder), "--json"]
    assert main(words) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["example.org"], "needs --from"),
        (["example.net", "--output", "x"], "not at example.net"),
        (["example.org", "--output", "x", "--web-host", "a b"], "--web-host is no domain"),
        (["example.org", "--output", "x", "--check"], "writes nothing"),
        (["exa mple", "--output", "x"], "DOMAIN is no domain"),
    ],
)
def test_wrong_words_get_a_sentence(
    result: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = [] if words == ["example.org"] else ["--from", str(result)]
    assert main(["publish", *words, *source]) == 2
    assert told in capsys.readouterr().err


@contextmanager
def nginx(folder: Path, authority: Authority, address: str) -> Iterator[None]:
    """Serves what was published, by the configuration that was written; paths and the address are this test's."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    issued = authority.issue(*HOSTS)
    site = (folder / "nginx.conf").read_text()
    site = re.sub(r"listen \[::\]:443 ssl;", "", site).replace("listen 443 ssl", f"listen {address}:443 ssl")
    site = re.sub(r"ssl_certificate +\S+;", f"ssl_certificate {issued.certificate};", site)
    site = re.sub(r"ssl_certificate_key +\S+;", f"ssl_certificate_key {issued.key};", site)
    site = re.sub(r"root \S+;", f"root {folder / 'www'};", site)
    places = " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main_part = f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    (folder / "main.conf").write_text(f"{main_part}\nhttp {{ access_log {folder}/access.log; {places}\n{site}\n}}\n")
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "main.conf"), "-e", str(folder / "error.log")]
    )
    try:
        wait_until(lambda: (folder / "pid").exists() or process.poll() is not None, "nginx")
        assert process.poll() is None, (folder / "error.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.mark.slow
@pytest.mark.root  # nginx at port 443
@pytest.mark.skipif(not Path("/usr/sbin/nginx").exists(), reason="needs nginx")
def test_every_source_says_what_was_proven(
    authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILWRIGHT_PASSWORD", PASSWORD)
    account = Account(f"ada@{DOMAIN}", PASSWORD)
    result, folder = tmp_path / "result.json", tmp_path / "out"
    (web,) = free_addresses(1, (443, *STANDARD.values()))
    certificate = authority.issue(f"post.{DOMAIN}")
    trust = ["--ca-file", str(authority.ca_file), "--ispdb", f"https://ispdb.{DOMAIN}/"]
    with MailServer(authority, accounts=[account], standard_ports=True, certificate=certificate) as mail:
        own = [f"post A {mail.address}", f"@ A {web}"]

        def run(names: NameServer, *words: str) -> tuple[int, dict[str, Any]]:
            code = main([*words, "--nameserver", names.option, *trust, "--json"])
            return code, json.loads(capsys.readouterr().out)

        with NameServer({DOMAIN: own}) as names:
            servers = ["--outgoing", f"post.{DOMAIN}:465/tls", "--incoming", f"imap:post.{DOMAIN}:993/tls"]
            code, proven = run(names, "check", account.address, "--password-env", "MAILWRIGHT_PASSWORD", *servers)
            assert code == 0
            result.write_text(json.dumps(proven))
            code, found = run(names, "publish", DOMAIN, "--check", "--from", str(result))
            assert code == 1
            assert {each["source"]: each["says"] for each in found["sources"]} == dict.fromkeys(
                ("autoconfig", "pacc", "autodiscover", "srv"), "nothing"
            )
        assert main(["publish", DOMAIN, "--from", str(result), "--output", str(folder)]) == 0
        capsys.readouterr()
        zone = (folder / f"{DOMAIN}.zone").read_text().splitlines()
        with nginx(folder, authority, web), NameServer({DOMAIN: [*own, *zone]}) as names:
            code, found = run(names, "publish", DOMAIN, "--check", "--from", str(result))
            assert code == 0, found
            assert [(each["source"], each["says"], each["trusted"]) for each in found["sources"]] == [
                ("autoconfig", "right", True),
                ("pacc", "right", True),
                ("autodiscover", "right", True),
                ("srv", "right", False),
            ]
            code, checked = run(names, "check", account.address, "--password-env", "MAILWRIGHT_PASSWORD")
            assert code == 0
            assert (checked["outgoing"]["source"], checked["outgoing"]["trusted"]) == ("autoconfig", True)
            # One source that says otherwise is noticed, however right the others are.
            path = folder / "www" / "autodiscover" / "autodiscover.xml"
            path.write_text(path.read_text().replace(f"post.{DOMAIN}", f"old.{DOMAIN}"))
            code, found = run(names, "publish", DOMAIN, "--check", "--from", str(result))
            assert code == 1
            assert {each["source"]: each["says"] for each in found["sources"]}["autodiscover"] == "other"


FIND = """
const { FindConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FindConfig.sys.mjs");
const { AccountConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/AccountConfig.sys.mjs");
const { CreateInBackend } = ChromeUtils.importESModule("resource:///modules/accountcreation/CreateInBackend.sys.mjs");
const [domain, address, password] = arguments;
(async () => {
  const search = FindConfig.parallelAutoDiscovery(domain, address, new AbortController().signal, password);
  const { value } = await search.next();
  if (!value) { done("nothing found"); return; }
  const places = [value.incoming, value.outgoing].map((one) => [one.type, one.hostname, one.port, one.socketType]);
  AccountConfig.replaceVariables(value, "Ada Example", address, password);
  await CreateInBackend.createAccountInBackend(value);
  done([value.source, ...places]);
})().catch((error) => done(String(error)));
"""


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(300)
@pytest.mark.skipif(
    shutil.which("thunderbird") is None or not Path("/usr/sbin/nginx").exists(), reason="needs Thunderbird and nginx"
)
def test_thunderbird_finds_the_account_without_a_file_of_ours(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(f"ada@{DOMAIN}", PASSWORD)
    folder = tmp_path / "out"
    (web,) = free_addresses(1, (443, *STANDARD.values()))
    dns = "127.0.0.1"  # named listens at an interface's own address only
    post = f"post.{DOMAIN}"
    user = account.address
    servers = {"incoming": imap(host=post, username=user), "outgoing": smtp(host=post, username=user)}
    proven = works_with(address=Address.parse(account.address), **servers)
    for name, content in published(proven).files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    # The program asks the system for names: in a view of the files of its own, the system asks our name server.
    (tmp_path / "resolv.conf").write_text(f"nameserver {dns}\n")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    program = shutil.which("thunderbird")
    wrapper = tmp_path / "bin" / "thunderbird"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f"#!/bin/sh\nexec unshare -m sh -c 'mount --bind {tmp_path}/resolv.conf /etc/resolv.conf && "
        f'mount --bind {tmp_path}/hosts /etc/hosts && exec {program} "$@"\' sh "$@"\n'
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    home, profile = tmp_path / "home", tmp_path / "home" / "profile"
    profile.mkdir(parents=True)
    with (
        MailServer(authority, accounts=[account], standard_ports=True, certificate=authority.issue(post)) as mail,
        nginx(folder, authority, web),
        NameServer(
            {DOMAIN: [f"post A {mail.address}", f"@ A {web}", *(folder / f"{DOMAIN}.zone").read_text().splitlines()]},
            dns, 53,
        ),
        lab.Thunderbird(home, "--profile", str(profile)) as program_running,
    ):  # fmt: skip
        der = ssl.PEM_cert_to_DER_cert(authority.ca_file.read_text())
        assert program_running.run(lab.TRUST, base64.b64encode(der).decode()) is True
        found = program_running.run(FIND, DOMAIN, account.address, PASSWORD)
        # "xml" is what it calls a file of the provider; one in its own folder would be "disk".
        assert found == ["xml", ["imap", post, 993, 3], ["smtp", post, 465, 3]]
        pairs = [(f"{kind}://{post}", account.address, PASSWORD) for kind in ("imap", "smtp")]
        assert program_running.run(lab.KEEP_PASSWORDS, pairs) is True
        mail.deliver(account.address, b"From: bob@example.org\r\nSubject: found by itself\r\n\r\nHello\r\n")
        assert program_running.run(lab.SUBJECTS) == ["found by itself"]
