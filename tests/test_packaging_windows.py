"""Signing for Windows: with one's own certificate, by the real osslsigncode; without one nothing is touched."""

from __future__ import annotations

import os
import re
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
from defusedxml import ElementTree

import wizard
from tests.setup.test_pack_signature import made_key
from wizard.errors import ResourceError
from wizard.setup.pack_signature import check_signer, known_signer, sign

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


POLICIES = Path(__file__).resolve().parents[1] / "packaging" / "windows" / "policy"


def _registry_file(content: str) -> dict[tuple[str, str], str]:
    """Key and name to value of the texts in a .reg file."""
    found, key = {}, ""
    for line in content.splitlines():
        if line.startswith("["):
            key = line.strip("[]")
        elif match := re.fullmatch(r'"((?:[^"\\]|\\.)*)"="((?:[^"\\]|\\.)*)"', line):
            name, value = (re.sub(r"\\(.)", r"\1", part) for part in match.groups())
            found[key, name] = value
    return found


@pytest.mark.skipif(not POLICIES.is_dir(), reason="an installed copy has no packaging folder")
def test_the_policies_templates_are_whole_and_name_what_the_program_reads() -> None:
    template = ElementTree.parse(POLICIES / "mailwright.admx").getroot()
    words = ElementTree.parse(POLICIES / "en-US" / "mailwright.adml").getroot()
    space = {"p": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"}
    strings = {each.get("id") for each in words.iterfind(".//p:string", space)}
    boxes = {each.get("refId") for each in words.iterfind(".//p:textBox", space)}
    policies = list(template.iterfind(".//p:policy", space))
    assert {policy.get("key") for policy in policies} == {r"Software\Policies\Mailwright"}
    for policy in policies:
        assert {policy.get("displayName"), policy.get("explainText")} <= {f"$(string.{one})" for one in strings}
    texts = list(template.iterfind(".//p:text", space))
    assert {each.get("id") for each in texts} == boxes
    read = "".join(file.read_text("utf-8") for file in Path(wizard.__file__).parent.rglob("*.py"))
    for name in [each.get("valueName") for each in texts] + [each.get("valueName") for each in policies]:
        assert name is None or f'"{name}"' in read, name


@pytest.mark.skipif(not POLICIES.is_dir(), reason="an installed copy has no packaging folder")
def test_a_registry_file_names_the_signer(tmp_path: Path) -> None:
    ours = _registry_file((POLICIES / "mailwright-pack.reg").read_text("utf-8"))
    key = r"HKEY_LOCAL_MACHINE\Software\Policies\Mailwright"
    assert ours == {(key, "Pack"): r"C:\Program Files\Example\mailwright-pack.zip"}
    pack = tmp_path / "pack.toml"
    pack.write_text("", "utf-8")
    line = made_key(tmp_path / "key")
    sign(pack, pack, tmp_path / "key")
    written = f'Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n"PackSigner"="{known_signer(line)}"\r\n'
    check_signer(pack, pack, [_registry_file(written)[key, "PackSigner"]])
    written = written.replace(str(known_signer(line)), f"{made_key(tmp_path / 'other')} ours")
    with pytest.raises(ResourceError, match="which this computer does not take"):
        check_signer(pack, pack, [_registry_file(written)[key, "PackSigner"]])
