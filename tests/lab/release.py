"""A publisher's web server with a signed list of checksums, as the release workflow writes them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, WebServer, trust_of
from wizard.net.fetch import Fetcher
from wizard.newer import Announcements
from wizard.ssh_signature import public_key

HOST = "www.example.org"
PATH = "/mailwright/latest/SHA256SUMS"


@dataclass
class Publisher:
    """`publish` puts a release's list on the web, signed; `fetcher` gets there and nowhere else."""

    folder: Path
    web: WebServer
    fetcher: Fetcher

    def __post_init__(self) -> None:
        self.key = self.folder / "key"
        self.other_key = self.folder / "other-key"
        for key in (self.key, self.other_key):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)

    @property
    def where(self) -> Announcements:
        """What the program knows of it."""
        return Announcements(f"https://{HOST}{PATH}", public_key(self.line), f"https://{HOST}/mailwright/")

    @property
    def line(self) -> str:
        """Its public key."""
        return self.key.with_suffix(".pub").read_text().strip()

    def publish(self, *files: str, key: Path | None = None) -> None:
        """The list of these files."""
        sums = self.folder / "SHA256SUMS"
        sums.write_text("".join(f"{'0a' * 32}  {file}\n" for file in files))
        signature = self.folder / "SHA256SUMS.sig"
        signature.unlink(missing_ok=True)
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(key or self.key), str(sums)]
        subprocess.run(sign, check=True, stderr=subprocess.DEVNULL)
        self.web.pages[(HOST, PATH)] = Page(sums.read_bytes())
        self.web.pages[(HOST, f"{PATH}.sig")] = Page(signature.read_bytes())


@contextmanager
def publisher(folder: Path) -> Iterator[Publisher]:
    """One, whose server runs meanwhile."""
    ca = trustme.CA()
    with (
        NameServer({"example.org": ["@ A 127.0.0.1", "* A 127.0.0.1"]}) as names,
        WebServer(ca, {(HOST, PATH): Page(status=404)}) as web,
    ):
        yield Publisher(folder, web, Fetcher(LabDialer(names, web.port), trust_of(ca)))
