"""A signed pack: whatever changes in it is told, and a computer's policy may want a signer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from wizard import assets
from wizard.errors import MailwrightError, ResourceError, UsageError
from wizard.setup.pack import load_packs, root_of
from wizard.setup.pack_signature import check_signer, known_signer, sign, signed_with

DOES_NOT_FIT = "does not fit: the pack was changed after it was signed"


def made_key(file: Path, form: str = "OpenSSH") -> str:
    """Writes a private key; the line of its public one."""
    key = Ed25519PrivateKey.generate()
    private = serialization.PrivateFormat.OpenSSH if form == "OpenSSH" else serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    made_key(tmp_path / "ours")
    return tmp_path / "ours"


@pytest.fixture
def pack(tmp_path: Path, key: Path) -> Path:
    """The example, with a logo and a cause, signed."""
    folder = tmp_path / "pack"
    shutil.copytree(assets.resources() / "pack-example", folder)
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    sign(folder, folder, key)
    return folder


def zipped(folder: Path, name: str = "pack.zip") -> Path:
    made = shutil.make_archive(str(folder.with_name(name).with_suffix("")), "zip", folder.parent, folder.name)
    return Path(made)


def _append(pack: Path) -> None:
    with (pack / "helpdesk.toml").open("ab") as file:
        file.write(b"# more\n")


def _capitalise(pack: Path) -> None:
    (pack / "logo.png").rename(pack / "Logo.png")


def _swap(pack: Path) -> None:
    first, second = pack / "helpdesk.toml", pack / "logo.png"
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


def _of_another(pack: Path) -> None:
    other = pack.with_name("other")
    shutil.copytree(pack, other)
    _append(other)
    sign(other, other, pack.with_name("ours"))
    shutil.copy(other / "signature.txt", pack / "signature.txt")


CHANGES: dict[str, Callable[[Path], object]] = {
    "changed": _append,
    "added": lambda pack: (pack / "presets" / "more.toml").write_text("x = 1\n"),
    "added in a new folder": lambda pack: shutil.copytree(pack / "presets", pack / "diagnoses"),
    "removed": lambda pack: (pack / "logo.png").unlink(),
    "renamed": lambda pack: (pack / "logo.png").rename(pack / "picture.png"),
    "moved": lambda pack: (pack / "logo.png").rename(pack / "presets" / "logo.png"),
    # Where names are the same in capitals and small letters, this is no change.
    **({} if sys.platform == "win32" else {"renamed by one letter's size": _capitalise}),
    "exchanged": _swap,
    "emptied": lambda pack: (pack / "helpdesk.toml").write_bytes(b""),
    "the signature of another": _of_another,
    "no signature at all": lambda pack: (pack / "signature.txt").write_bytes(b""),
    "a text for a signature": lambda pack: (pack / "signature.txt").write_text("signed, the helpdesk\n"),
    "a signature cut off": lambda pack: (pack / "signature.txt").write_bytes(
        (pack / "signature.txt").read_bytes()[:120]
    ),
}


def test_what_was_signed_is_read_as_a_folder_and_as_a_zip(pack: Path, key: Path) -> None:
    told = signed_with(pack, pack)
    assert told is not None
    assert told.startswith("SHA256:")
    archive = zipped(pack)
    assert signed_with(archive, root_of(archive)) == told
    assert load_packs([archive]).helpdesk == load_packs([pack]).helpdesk


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_afterwards_is_refused(change: str, form: str, pack: Path) -> None:
    CHANGES[change](pack)
    given = zipped(pack) if form == "zip" else pack
    with pytest.raises(ResourceError, match=DOES_NOT_FIT):
        load_packs([given])


def test_a_file_managers_leavings_and_line_ends_of_the_signature_change_nothing(pack: Path) -> None:
    (pack / ".DS_Store").write_bytes(b"\0")
    (pack / "presets" / "Thumbs.db").write_bytes(b"\0")
    (pack / "desktop.ini").write_text("x")
    signature = pack / "signature.txt"
    signature.write_bytes(signature.read_bytes().replace(b"\n", b"\r\n"))
    assert signed_with(pack, pack) is not None


def test_a_zip_and_a_single_file_have_their_signature_beside_them(tmp_path: Path, pack: Path, key: Path) -> None:
    (pack / "signature.txt").unlink()
    archive = zipped(pack, "ours.zip")
    assert signed_with(archive, root_of(archive)) is None
    file, told, number = sign(archive, root_of(archive), key)
    assert (file, number) == (tmp_path / "ours.zip.sig", 3)
    assert signed_with(archive, root_of(archive)) == told
    again = zipped(pack, "ours.zip")
    with zipfile.ZipFile(again, "a") as more:
        more.writestr("pack/presets/more.toml", "x = 1\n")
    with pytest.raises(ResourceError, match=DOES_NOT_FIT):
        load_packs([again])
    single = tmp_path / "mine.toml"
    shutil.copy(pack / "presets" / "example-org.toml", single)
    sign(single, single, key)
    assert signed_with(single, single) == told
    single.write_bytes(single.read_bytes() + b"\n")
    with pytest.raises(ResourceError, match=DOES_NOT_FIT):
        load_packs([single])


@pytest.mark.parametrize("second", ["helpdesk.toml", "HELPDESK.TOML", "./helpdesk.toml", "presets\\..\\helpdesk.toml"])
def test_a_zip_with_two_entries_of_one_name_is_refused_signed_or_not(second: str, tmp_path: Path) -> None:
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as made, pytest.warns() if second == "helpdesk.toml" else _nothing():
        made.writestr("helpdesk.toml", '[helpdesk]\nname = "Ours"\n')
        made.writestr(zipfile.ZipInfo(second), '[helpdesk]\nname = "Theirs"\n')
    with pytest.raises(ResourceError, match=r"holds .* twice|leads out of it"):
        load_packs([archive])


class _nothing:  # noqa: N801 - a context that does nothing
    def __enter__(self) -> None: ...
    def __exit__(self, *error: object) -> None: ...


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_a_folder_is_not_signed_and_does_not_pass(tmp_path: Path, pack: Path, key: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (pack / "diagnoses").symlink_to(elsewhere)
    with pytest.raises(ResourceError, match="a link to a folder"):
        load_packs([pack])
    with pytest.raises(ResourceError, match="a link to a folder"):
        sign(pack, pack, key)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_writes_a_line_of_the_list_is_refused(pack: Path) -> None:
    (pack / f"x.toml\n{'0' * 64}  y.toml").write_text("")
    with pytest.raises(ResourceError, match="cannot be signed"):
        load_packs([pack])


@pytest.mark.parametrize("form", ["OpenSSH", "PKCS8"])
def test_keys_of_ssh_keygen_and_openssl(form: str, tmp_path: Path, pack: Path) -> None:
    line = made_key(tmp_path / "other", form)
    _, told, _ = sign(pack, pack, tmp_path / "other")
    assert told == known_signer(line) == known_signer(f"{line} ada@example.org") == known_signer(told)


def test_what_is_no_key_to_sign_with_is_said(tmp_path: Path, pack: Path) -> None:
    file = tmp_path / "other"
    rsa = generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(rsa.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    with pytest.raises(UsageError, match="other holds no Ed25519 key without a passphrase"):
        sign(pack, pack, file)
    locked = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"x")
    )
    file.write_bytes(locked)
    with pytest.raises(UsageError, match="without a passphrase"):
        sign(pack, pack, file)
    made_key(pack / "presets" / "key")
    with pytest.raises(UsageError, match="lies in the pack itself"):
        sign(pack, pack, pack / "presets" / "key")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")
def test_ssh_keygen_agrees(tmp_path: Path, pack: Path) -> None:
    line = made_key(tmp_path / "other")
    sign(pack, pack, tmp_path / "other")
    lines = []
    for file in sorted(pack.rglob("*.*"), key=lambda file: file.relative_to(pack).as_posix()):
        if file.is_file() and file.name != "signature.txt":
            told = subprocess.run(["sha256sum", file.relative_to(pack)], cwd=pack, capture_output=True, check=True)
            lines.append(told.stdout)
    (tmp_path / "signers").write_text(f"us {line}\n")
    done = subprocess.run(
        [
            *["ssh-keygen", "-Y", "verify", "-n", "mailwright-pack", "-I", "us", "-f"],
            tmp_path / "signers",
            "-s",
            pack / "signature.txt",
        ],
        input=b"mailwright pack 1\n" + b"".join(lines),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


NOT_SIGNED = "is not signed, and this computer takes signed packs only"


def test_a_computer_that_wants_a_signer_takes_its_packs_only(tmp_path: Path, pack: Path, key: Path) -> None:
    ours = signed_with(pack, pack)
    assert ours is not None
    other = made_key(tmp_path / "other")
    check_signer(pack, pack, [other, ours])
    with pytest.raises(ResourceError, match=r"signed with the key SHA256:.*, which this computer does not take"):
        check_signer(pack, pack, [other])
    (pack / "signature.txt").unlink()
    check_signer(pack, pack, None)
    with pytest.raises(ResourceError, match=NOT_SIGNED):
        check_signer(pack, pack, [ours])


@pytest.mark.skipif(sys.platform == "win32", reason="the registry says it there")
@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("", None),
        ('PackSigner = ""', None),
        ('PackSigner = "OURS"', None),
        ('PackSigner = "OTHER; OURS"', None),
        ('PackSigner = ["OTHER", "OURS"]', None),
        ('PackSigner = "OTHER"', "which this computer does not take"),
        ('PackSigner = "the helpdesk\'s"', "but no Ed25519 key stands in its policy"),
        ('PackSigner = "ssh-rsa AAAA"', "but no Ed25519 key stands in its policy"),
    ],
)
def test_the_policy_names_the_signers(
    policy: str, told: str | None, tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    (tmp_path / "mailwright").mkdir()
    ours = signed_with(pack, pack)
    text = policy.replace("OURS", str(ours)).replace("OTHER", made_key(tmp_path / "other"))
    (tmp_path / "mailwright" / "policy.toml").write_text(text)
    found: str | None = None
    try:
        load_packs([pack])
    except MailwrightError as error:
        found = str(error)
    assert (found is None) == (told is None), found
    assert (told or "") in (found or "")
    if str(ours) in text:
        (pack / "signature.txt").unlink()
        with pytest.raises(ResourceError, match=NOT_SIGNED):
            load_packs([pack])
