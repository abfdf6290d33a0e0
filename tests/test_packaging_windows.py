"""Signing for Windows: with one's own certificate, by the real osslsigncode; without one nothing is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGN = Path(__file__).resolve().parents[1] / "packaging" / "windows" / "sign.sh"
PROGRAM = Path("/usr/share/nsis/Stubs/lzma-amd64-unicode")  # a program for Windows that Debian has
pytestmark = [
    pytest.mark.skipif(not SIGN.exists(), reason="an installed copy has no packaging folder"),
    pytest.mark.skipif(
        shutil.which("osslsigncode") is None or not PROGRAM.exists(), reason="osslsigncode and nsis: make windows"
    ),
]
PASSWORD = b"tulip-wagon-64"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of a program."""
    return Path(shutil.copy(PROGRAM, tmp_path / "program.exe"))


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """The variables that name a certificate, and the file certificate.pem to verify with."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The Mailwright authors")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    locked = serialization.BestAvailableEncryption(PASSWORD)
    (tmp_path / "key.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"test", key, made, None, locked))
    (tmp_path / "password").write_bytes(PASSWORD + b"\n")
    return {"SIGN_PKCS12": str(tmp_path / "key.p12"), "SIGN_PASSWORD_FILE": str(tmp_path / "password")}


def _sign(program: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SIGN_")}
    words = [str(SIGN), str(program)]
    return subprocess.run(words, env={**kept, **variables}, capture_output=True, text=True, check=False)


def test_a_signed_program_verifies_with_its_certificate(program: Path, certificate: dict[str, str]) -> None:
    done = _sign(program, certificate)
    assert (done.returncode, done.stdout) == (0, "")
    words = ["osslsigncode", "verify", "-CAfile", str(program.with_name("certificate.pem")), "-in", str(program)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "CN=The Mailwright authors" in said
    assert "Signature verification: ok" in said


def test_without_a_certificate_nothing_is_touched(program: Path) -> None:
    assert _sign(program, {}).returncode == 0
    assert program.read_bytes() == PROGRAM.read_bytes()


@pytest.mark.parametrize("content", [b"another\n", None])
def test_a_wrong_or_missing_password_ends_the_build(
    content: bytes | None, program: Path, certificate: dict[str, str]
) -> None:
    if content is None:
        del certificate["SIGN_PASSWORD_FILE"]
    else:
        Path(certificate["SIGN_PASSWORD_FILE"]).write_bytes(content)
    assert _sign(program, certificate).returncode != 0
    assert program.read_bytes() == PROGRAM.read_bytes()
