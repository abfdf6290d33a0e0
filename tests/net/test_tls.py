"""Roots of trust are found wherever a system keeps them; none at all is not the server's fault."""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme

from tests.lab.stage import imap, smtp, stage
from wizard.model.account import Verdict
from wizard.model.diagnosis import TrustCertificate
from wizard.net.tls import Trust

openssl_judges = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system judges by itself")


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "roots.pem"
    trustme.CA(organization_name="The lab").cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def openssl_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a bundle whose OpenSSL was built for another system's folders."""
    nowhere = SimpleNamespace(
        openssl_cafile_env="SSL_CERT_FILE", openssl_capath_env="SSL_CERT_DIR", openssl_capath="/nowhere/certs"
    )
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda _: None)


def _subjects(trust: Trust) -> list[Any]:
    return [root["subject"] for root in trust.verifying().get_ca_certs()]


@openssl_judges
@pytest.mark.usefixtures("openssl_finds_nothing")
def test_the_roots_of_another_distribution_are_found(monkeypatch: pytest.MonkeyPatch, ca_file: Path) -> None:
    broken = ca_file.with_name("broken.pem")
    broken.write_text("no certificate")
    monkeypatch.setattr("wizard.net.tls._BUNDLES", ("/nowhere/bundle.pem", str(broken), str(ca_file)))
    trust = Trust()
    assert trust.has_roots
    assert "The lab" in str(_subjects(trust))
    assert len(_subjects(trust)) == 1


@openssl_judges
@pytest.mark.usefixtures("openssl_finds_nothing")
def test_our_own_roots_are_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.tls._BUNDLES", ())
    trust = Trust()
    assert trust.has_roots
    assert len(_subjects(trust)) > 100


@openssl_judges
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_who_names_a_list_means_exactly_that(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = {"SSL_CERT_FILE": "SSL_CERT_DIR", "SSL_CERT_DIR": "SSL_CERT_FILE"}[variable]
    monkeypatch.setenv(variable, str(tmp_path / "nothing"))
    monkeypatch.setenv(other, str(tmp_path / "nothing either"))
    assert not Trust().has_roots


@openssl_judges
def test_a_folder_of_roots_counts_before_any_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing"))
    monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere:{tmp_path}")
    (tmp_path / "readme.txt").touch()
    assert not Trust().has_roots
    (tmp_path / "0a1b2c3d.0").touch()
    assert Trust().has_roots


@openssl_judges
def test_a_root_that_is_given_is_one(monkeypatch: pytest.MonkeyPatch, ca_file: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/roots.pem")
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    assert Trust((ca_file,)).has_roots


def test_no_keys_are_written_for_others_to_read(monkeypatch: pytest.MonkeyPatch, ca_file: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    for trust in (Trust(), Trust(ca_files=(ca_file,)), Trust(only_ca_data=ca_file.read_text("ascii"))):
        assert trust.verifying().keylog_filename is None
        assert trust.verifying().check_hostname
        assert trust.verifying().verify_mode is ssl.CERT_REQUIRED
    assert not keys.exists()


def test_practice_has_its_own_root(ca_file: Path) -> None:
    trust = Trust(only_ca_data=ca_file.read_text())
    assert trust.has_roots
    assert len(_subjects(trust)) == 1


@openssl_judges
async def test_without_any_root_the_person_hears_that_and_is_not_asked_to_trust(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/roots.pem")
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    monkeypatch.setattr("wizard.practice.network.Trust", lambda **_: Trust())
    async with stage("ada@example.org", smtp("mail.example.org"), imap("mail.example.org")) as play:
        result = await play.check(outgoing="mail.example.org:465", incoming="mail.example.org:993")
    assert result.verdict is Verdict.FAILS
    assert [found.cause for found in result.diagnoses] == ["no-trust-store"]
    found = result.diagnoses[0]
    assert found.title == "Mailwright found no authorities to check certificates with"
    assert found.why.endswith("Nothing is wrong with the server.")
    assert not any(isinstance(remedy.action, TrustCertificate) for remedy in found.remedies)


async def test_the_roots_are_loaded_beside_the_loop_and_once(ca_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[threading.Thread] = []
    build = Trust._build

    def noted(trust: Trust) -> ssl.SSLContext:
        built.append(threading.current_thread())
        return build(trust)

    monkeypatch.setattr(Trust, "_build", noted)
    trust = Trust((ca_file,))
    trust.begin()
    contexts = await asyncio.gather(*(trust.ready() for _ in range(3)))
    assert len(built) == 1
    assert built[0] is not threading.current_thread()
    assert all(context is trust.verifying() for context in contexts)


def test_roots_that_one_loop_began_to_load_are_there_for_the_next(ca_file: Path) -> None:
    trust = Trust((ca_file,))

    async def begin() -> None:
        trust.begin()

    asyncio.run(begin())
    assert asyncio.run(trust.ready()) is trust.verifying()


async def test_roots_that_cannot_be_read_say_so_to_whoever_needs_them(tmp_path: Path) -> None:
    trust = Trust((tmp_path / "missing.pem",))
    trust.begin()
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            await trust.ready()
