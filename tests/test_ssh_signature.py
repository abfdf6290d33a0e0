"""Signatures that ssh-keygen made: the right one fits, anything changed does not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.ssh_signature import SignatureUnfit, fingerprint, public_key, signer

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")
CONTENT = b"0123  helpdesk.toml\n"


def made_key(folder: Path, kind: str = "ed25519") -> Path:
    key = folder / f"key-{kind}"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "ours", "-f", str(key)], check=True)
    return key


def signed(folder: Path, key: Path, content: bytes = CONTENT, purpose: str = "mailwright-pack", *more: str) -> bytes:
    file = folder / "content"
    file.write_bytes(content)
    file.with_suffix(".sig").unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", purpose, "-f", str(key), *more, str(file)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return (folder / "content.sig").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def key(folder: Path) -> Path:
    return made_key(folder)


@pytest.mark.parametrize("more", [(), ("-Ohashalg=sha256",)])
def test_whose_key_signed_it_is_known(more: tuple[str, ...], folder: Path, key: Path) -> None:
    ours = public_key(key.with_suffix(".pub").read_text())
    assert signer(CONTENT, signed(folder, key, CONTENT, "mailwright-pack", *more), "mailwright-pack") == ours
    shown = subprocess.run(["ssh-keygen", "-l", "-f", f"{key}.pub"], check=True, capture_output=True, text=True).stdout
    assert shown.split()[1] == fingerprint(ours)


@pytest.mark.slow
def test_another_content_purpose_or_kind_of_key_does_not_fit(folder: Path, key: Path) -> None:
    good = signed(folder, key)
    rsa = signed(folder, made_key(folder, "rsa"))
    for content, armoured, purpose in (
        (CONTENT + b" ", good, "mailwright-pack"),
        (CONTENT, good, "file"),
        (CONTENT, rsa, "mailwright-pack"),
        (CONTENT, b"", "mailwright-pack"),
        (CONTENT, good.replace(b"BEGIN SSH", b"BEGIN PGP"), "mailwright-pack"),
    ):
        with pytest.raises(SignatureUnfit):
            signer(content, armoured, purpose)


@pytest.fixture(scope="module")
def armoured(folder: Path, key: Path) -> bytes:
    return signed(folder, key)


@given(data=st.data())
def test_no_changed_byte_passes_and_none_makes_it_stumble(data: st.DataObject, armoured: bytes, key: Path) -> None:
    good = bytearray(armoured)
    place = data.draw(st.integers(30, len(good) - 30))
    good[place] = data.draw(st.integers(0, 255).filter(lambda value: value != good[place]))
    try:
        found = signer(CONTENT, bytes(good), "mailwright-pack")
    except SignatureUnfit:
        return
    assert found == public_key(key.with_suffix(".pub").read_text())  # a blank or a line break changes nothing


@pytest.mark.parametrize("line", ["", "ssh-ed25519", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-ed25519 ÄÖ"])
def test_what_is_no_key_is_said(line: str) -> None:
    with pytest.raises(ValueError, match="no ssh-ed25519 key"):
        public_key(line)
