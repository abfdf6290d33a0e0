"""A signed profile, verified by OpenSSL and read again by us."""

from __future__ import annotations

import plistlib
import subprocess
from pathlib import Path

import pytest
import trustme

from tests.cli.commands import run
from tests.handover.accounts import account
from wizard.cli import handover
from wizard.errors import HandoverError, UsageError
from wizard.handover.programs.apple_profile import accounts
from wizard.handover.programs.found import differences
from wizard.handover.sheet import Sheet
from wizard.handover.signing import signed
from wizard.handover.targets import sheet


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def pems(ca: trustme.CA) -> tuple[bytes, bytes]:
    issued = ca.issue_cert("helpdesk.example.org")
    return b"".join(pem.bytes() for pem in issued.cert_chain_pems), issued.private_key_pem.bytes()


def made(ca: trustme.CA, target: str = "iphone") -> Sheet:
    return signed(sheet(target, account()), *pems(ca))


@pytest.mark.slow
def test_openssl_verifies_it_and_finds_the_profile_inside(ca: trustme.CA, tmp_path: Path) -> None:
    (file,) = made(ca).files
    (tmp_path / "signed").write_bytes(file.content)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    verified = subprocess.run(
        ["openssl", "cms", "-verify", "-inform", "DER", "-in", tmp_path / "signed", "-CAfile", tmp_path / "ca.pem",
         "-purpose", "any"],
        capture_output=True,
        check=True,
    )  # fmt: skip
    (plain,) = sheet("iphone", account()).files
    assert plistlib.loads(verified.stdout) == plistlib.loads(plain.content)


def test_what_is_signed_can_be_read_again(ca: trustme.CA, tmp_path: Path) -> None:
    path = tmp_path / "ada.mobileconfig"
    path.write_bytes(made(ca, "apple-mail").files[0].content)
    (found,) = accounts(path)
    assert differences(found, account()) == ()


def test_a_key_of_another_certificate_is_refused(ca: trustme.CA) -> None:
    (certificates, _), (_, key) = pems(ca), pems(ca)
    with pytest.raises(HandoverError, match="do not belong together"):
        signed(sheet("iphone", account()), certificates, key)


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_or_key_is_said(ca: trustme.CA, content: bytes) -> None:
    certificates, key = pems(ca)
    with pytest.raises(UsageError, match="no certificate in PEM form"):
        signed(sheet("iphone", account()), content, key)
    with pytest.raises(UsageError, match="no key in PEM form"):
        signed(sheet("iphone", account()), certificates, content)


def test_a_target_without_a_profile_is_said(ca: trustme.CA) -> None:
    with pytest.raises(UsageError, match="Outlook has no profile"):
        made(ca, "outlook")


def test_the_command_signs_into_a_file(ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.accounts.books import put
    from wizard.accounts.store import AccountBook, default_path

    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    put(AccountBook(default_path()), account())
    certificates, key = pems(ca)
    (tmp_path / "certificate.pem").write_bytes(certificates)
    (tmp_path / "key.pem").write_bytes(key)
    path = tmp_path / "ada.mobileconfig"
    words = ("iphone", "--sign", str(tmp_path / "certificate.pem"))
    with pytest.raises(UsageError, match="--sign and --sign-key"):
        run(handover, *words, "--output", str(path))
    both = (*words, "--sign-key", str(tmp_path / "key.pem"))
    with pytest.raises(UsageError, match="say where it goes"):
        run(handover, *both)
    assert run(handover, *both, "--output", str(path), "--json") == 0
    assert path.read_bytes().startswith(b"\x30\x82")
    assert b"com.apple.mail.managed" in path.read_bytes()
