"""The Ansible collection over real ssh: three sites in network namespaces, one blocked, one that dies midway."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.account import Account
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from tests.lab.processes import wait_until

COLLECTION = Path(__file__).resolve().parents[2] / "packaging" / "ansible"
PASSWORD = "tulip-wagon-64"
MAIL = "198.18.77.1"  # a network for measurements (RFC 2544), which nothing else here uses
SITES = {"north": "198.18.77.11", "south": "198.18.77.12", "west": "198.18.77.13"}
ACCOUNTS = [Account(f"user{number}@own.example", PASSWORD) for number in range(4)]

_NEEDED = ("ansible-playbook", "sshd", "ssh-keygen", "nft", "ip")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        sys.platform != "linux"
        or os.geteuid() != 0
        or any(shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None for name in _NEEDED),
        reason=f"needs root and {', '.join(_NEEDED)}",
    ),
]


def run(*words: str, check: bool = True) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Sites:
    """Three hosts that answer ssh, each in a network of its own."""

    folder: Path
    daemons: dict[str, subprocess.Popen[bytes]]

    def kill(self, site: str) -> None:
        """As when the power goes: the daemon, and every process of that network."""
        self.daemons[site].kill()
        for pid in run("ip", "netns", "pids", f"mw-{site}", check=False).split():
            run("kill", "-9", pid, check=False)


@contextmanager
def sites(folder: Path) -> Iterator[Sites]:
    """A bridge, three namespaces, an sshd in each; port 587 is blocked for "south"."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key"))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host"))
    Path("/run/sshd").mkdir(exist_ok=True)
    daemons: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        stack.callback(run, "ip", "link", "del", "mw-sites", check=False)
        run("ip", "link", "add", "mw-sites", "type", "bridge")
        run("ip", "addr", "add", f"{MAIL}/24", "dev", "mw-sites")
        run("ip", "link", "set", "mw-sites", "up")
        for site, address in SITES.items():
            space = f"mw-{site}"
            stack.callback(run, "ip", "netns", "del", space, check=False)
            stack.callback(run, "ip", "link", "del", f"v-{site}", check=False)
            run("ip", "netns", "add", space)
            run("ip", "link", "add", f"v-{site}", "type", "veth", "peer", "name", "eth0", "netns", space)
            run("ip", "link", "set", f"v-{site}", "master", "mw-sites", "up")
            inside = ("ip", "netns", "exec", space)
            run(*inside, "ip", "addr", "add", f"{address}/24", "dev", "eth0")
            run(*inside, "ip", "link", "set", "eth0", "up")
            run(*inside, "ip", "link", "set", "lo", "up")
            (folder / f"{site}.conf").write_text(
                f"Port 22\nListenAddress {address}\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
                f"AuthorizedKeysFile {folder}/key.pub\nPermitRootLogin prohibit-password\n"
            )
            daemons[site] = subprocess.Popen(
                [*inside, "/usr/sbin/sshd", "-D", "-e", "-f", str(folder / f"{site}.conf")]
            )
            stack.callback(daemons[site].wait)
            stack.callback(daemons[site].kill)
        south = ("ip", "netns", "exec", "mw-south", "nft")
        run(*south, "add table inet block")
        run(*south, "add chain inet block out { type filter hook output priority 0 ; }")
        run(*south, "add rule inet block out tcp dport 587 reject with tcp reset")
        (folder / "known").write_text(
            "".join(f"{address} {(folder / 'host.pub').read_text()}" for address in SITES.values())
        )
        yield Sites(folder, daemons)


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """Where Ansible finds the collection."""
    place = tmp_path / "collections" / "ansible_collections" / "mailwright"
    place.mkdir(parents=True)
    (place / "helpdesk").symlink_to(COLLECTION)
    return tmp_path / "collections"


def playbook(folder: Path, collections: Path, *words: str) -> subprocess.CompletedProcess[str]:
    common = f"-i {folder}/key -o UserKnownHostsFile={folder}/known -o IdentitiesOnly=yes -o ControlMaster=no"
    (folder / "sites.ini").write_text(
        "\n".join(f"{site} ansible_host={address}" for site, address in SITES.items())
        + "\n[all:vars]\nansible_user=root\nansible_python_interpreter=/usr/bin/python3\n"
        + f"ansible_ssh_common_args='{common} -o ConnectTimeout=5'\n"
    )
    return subprocess.run(
        ["ansible-playbook", "-i", str(folder / "sites.ini"), "mailwright.helpdesk.sites", *words],
        cwd=folder,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "PWD": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def found(folder: Path) -> dict[str, list[dict[str, object]]]:
    return {
        path.stem: [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted((folder / "results").glob("*.jsonl"))
    }


def test_what_works_where_and_nothing_twice(authority: Authority, tmp_path: Path, collections: Path) -> None:
    program = Path(sys.executable).parent / "mailwright"
    certificate = authority.issue(MAIL)
    with sites(tmp_path) as offices:
        with MailServer(
            authority, accounts=ACCOUNTS, standard_ports=True, address=MAIL, certificate=certificate
        ) as mail:
            servers = {"outgoing": f"{MAIL}:587/starttls", "incoming": f"{MAIL}:993/tls"}
            variables = {
                "mailwright_accounts": [
                    {"address": one.address, "password": one.password, **servers} for one in ACCOUNTS
                ],
                "mailwright_options": {
                    "executable": str(program), "ca_file": str(authority.ca_file), "accept_untrusted": True,
                    "autofix": False, "deadline": 20,
                },
            }  # fmt: skip
            (tmp_path / "accounts.json").write_text(json.dumps(variables))
            words = ["-e", f"@{tmp_path}/accounts.json"]

            tried = playbook(tmp_path, collections, "--check", *words)
            assert tried.returncode == 0, tried.stdout + tried.stderr
            assert mail.auth_log() == []

            stopped = threading.Event()

            def watch() -> None:
                path = tmp_path / "results" / "west.jsonl"
                while not stopped.is_set() and not (path.exists() and path.read_text().count("\n") >= 2):
                    time.sleep(0.02)
                offices.kill("west")

            watcher = threading.Thread(target=watch)
            watcher.start()
            done = playbook(tmp_path, collections, "-vvv", *words)
            stopped.set()
            watcher.join()
            log = mail.logs()
        assert "west" in re.findall(r"^(\w+) +: .*unreachable=1", done.stdout, re.MULTILINE), done.stdout[-3000:]
        assert PASSWORD not in re.sub(r"(?s)^.*?PLAY \[", "PLAY [", done.stdout) + done.stderr
        results = found(tmp_path)
        assert {site: len(lines) for site, lines in results.items()} == {"north": 4, "south": 4, "west": 2}
        assert {line["verdict"] for line in results["north"]} == {"works"}
        south = {line["diagnoses"][0]["cause"] for line in results["south"]}  # type: ignore[index]
        assert south == {"connection-refused"}
        # Once from each site, to receive; the one that died may have begun another.
        signed_in = Counter(re.findall(r"imap-login: Info: Login: user=<(\S+)>.*?rip=(\S+?),", log))
        assert max(signed_in.values()) == 1
        assert len({user for user, address in signed_in if address == SITES["north"]}) == 4
        assert len({user for user, address in signed_in if address == SITES["west"]}) in (2, 3)
    merged = subprocess.run(
        [str(program), "bulk", "--merge", *map(str, sorted((tmp_path / "results").glob("*.jsonl")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert merged.returncode == 1
    assert "west has no result for 2 accounts." in merged.stdout
    assert "connection-refused only from south: 4" in merged.stdout
    wait_until(lambda: not Path("/sys/class/net/mw-sites").exists(), "the bridge's end")
