"""A real name server: BIND, with the zones a test names and a root of its own, so that nothing else exists."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import dns.exception
import dns.message
import dns.query
import pytest

_CONFIG = """
options {{
    directory "{folder}";
    pid-file none;
    session-keyfile "{folder}/session.key";
    listen-on port {port} {{ {host}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    dnssec-validation no;
    allow-transfer {{ none; }};
    notify no;
    empty-zones-enable no;
    minimal-responses yes;
    querylog yes;
}};
controls {{ }};
"""
_HEAD = """$TTL 60
@ IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60
@ IN NS ns.invalid.
"""
_QUERY = re.compile(r"query: (\S+) IN (\S+) ")


class NameServer:
    """`with NameServer({"example.org": ["@ MX 10 mail", "mail A 127.0.0.1"]}) as names:` answers at `names.address`.

    The zones' lines are master-file lines (RFC 1035 §5) relative to the zone. Names outside all zones do not exist.
    Port 0 is a free one.
    """

    def __init__(self, zones: Mapping[str, Sequence[str]], host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self._zones = dict(zones)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, as DnsResolver takes them."""
        return self.host, self.port

    @property
    def option(self) -> str:
        """Host and port, as the command line's --nameserver takes them."""
        return f"{self.host}:{self.port}"

    @property
    def questions(self) -> list[tuple[str, str]]:
        """What it was asked so far, in order: name and record type."""
        assert self._folder is not None
        log = (Path(self._folder.name) / "log").read_text("utf-8", "replace")
        return [(name.lower(), kind) for name, kind in _QUERY.findall(log)]

    def __enter__(self) -> NameServer:
        program = shutil.which("named") or shutil.which("named", path="/usr/sbin")
        if program is None and sys.platform == "win32":
            pytest.skip("BIND is not to be had for Windows")
        if program is None:
            raise RuntimeError("the tests need BIND (Debian package bind9): named was not found")
        self._folder = tempfile.TemporaryDirectory(prefix="names-")
        folder = Path(self._folder.name)
        # A copy, because AppArmor's profile on Debian and Ubuntu lets /usr/sbin/named read BIND's own folders only.
        copy = shutil.copy(program, folder / "named")
        self.port = self.port or _free_port(self.host)
        config = [_CONFIG.format(folder=folder, port=self.port, host=self.host)]
        for number, (zone, lines) in enumerate({".": ["ns.invalid. A 127.0.0.1"], **self._zones}.items()):
            file = folder / f"zone-{number}"
            file.write_text(_HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
            config.append(f'zone "{zone}" {{ type primary; file "{file}"; check-names ignore; }};\n')
        (folder / "named.conf").write_text("".join(config), "utf-8")
        log = folder / "log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [copy, "-g", "-n", "1", "-c", str(folder / "named.conf")], stdout=out, stderr=out
            )
        try:
            self._wait(log)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()  # nothing is kept, so there is nothing to finish
            self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def _wait(self, log: Path) -> None:
        question = dns.message.make_query(".", "SOA")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"named ended:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            try:
                answer = dns.query.udp(question, self.host, timeout=0.05, port=self.port)
            except (dns.exception.Timeout, OSError):
                time.sleep(0.005)
                continue
            if answer.answer:
                self._check_zones(log)
                return
        raise RuntimeError(f"named does not answer:\n{log.read_text('utf-8', 'replace')[-2000:]}")

    def _check_zones(self, log: Path) -> None:
        for zone in self._zones:
            answer = dns.query.udp(dns.message.make_query(zone, "SOA"), self.host, timeout=5, port=self.port)
            if not answer.answer:
                raise RuntimeError(f"named did not take zone {zone}:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port(host: str) -> int:
    """A port that is free for UDP and TCP."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind((host, 0))
            port: int = tcp.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                try:
                    udp.bind((host, port))
                except OSError:
                    continue
                return port
    raise RuntimeError("no free port for a name server")
