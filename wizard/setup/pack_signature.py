"""A helpdesk pack's signature: that nothing in it was changed, added, removed or renamed since somebody signed it.

It is what `ssh-keygen -Y sign -n mailwright-pack` makes of the pack's list. It stands in the pack's folder, as
`signature.txt` (a .zip of the folder holds it too), or as PACK.sig beside a .zip or a single file. The list has a first
line that says what it is, then for each file its SHA-256 and its name, as `sha256sum` writes them, in the order of the
names. Of a pack only the kinds of file that Mailwright reads are listed, so that what a file manager leaves in a folder
breaks no signature.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.errors import ResourceError, UsageError
from wizard.language import tr
from wizard.model.text import inert
from wizard.setup.pack_archive import KINDS, MAX_FILES, MAX_UNPACKED, expect_ordinary
from wizard.ssh_signature import SignatureUnfit, fingerprint, public_key, signature, signer
from wizard.text_file import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

INSIDE: Final = "signature.txt"
PURPOSE: Final = "mailwright-pack"
_FIRST_LINE: Final = "mailwright pack 1\n"
_MAX_BYTES: Final = 16 * 1024


def signature_file(pack: Path) -> Path:
    """Where the pack's signature stands, or would: beside a file, inside a folder."""
    return pack / INSIDE if os.path.isdir(pack) else pack.with_name(f"{pack.name}.sig")


def known_signer(text: str) -> str | None:
    """The fingerprint in a line of a policy: SHA256:…, or that of a public key's line; `None` where it is neither."""
    words = text.split()
    if len(words) == 1 and words[0].startswith("SHA256:") and len(words[0]) == 50:  # 32 bytes in base64
        return words[0]
    try:
        return fingerprint(public_key(text))
    except ValueError:
        return None


def sign(pack: Path, root: Path, key_file: Path) -> tuple[Path, str, int]:
    """Signs the pack, whose files lie in `root`; the signature's file, the key's fingerprint, how many files it covers.

    Raises:
        UsageError: the key cannot be read, is no Ed25519 key, or lies in the pack; the signature cannot be written.
        ResourceError: the pack holds what cannot be signed.
    """
    if os.path.isdir(pack) and key_file.resolve().is_relative_to(pack.resolve()):
        raise UsageError(tr("The key lies in the pack itself: whoever gets the pack would have it. Move it away."))
    key = _private_key(key_file)
    listed = _list(pack, root)
    made = signature(listed.encode(), key, PURPOSE)
    file = signature_file(pack)
    try:
        file.write_bytes(made)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(tr("{file} cannot be written: {reason}.", file=file, reason=reason)) from None
    return file, fingerprint(signer(listed.encode(), made, PURPOSE)), listed.count("\n") - 1


def signed_with(pack: Path, root: Path) -> str | None:
    """The fingerprint of the key the pack is signed with; `None` where it is not signed.

    Raises:
        UsageError: the signature cannot be read.
        ResourceError: it does not fit, or is no ordinary file.
    """
    beside = signature_file(pack)
    file = beside if os.path.exists(beside) else root / INSIDE
    if not os.path.exists(file):
        return None
    expect_ordinary(pack, file, file.name)
    try:
        return fingerprint(signer(_list(pack, root).encode(), read_bytes(file, limit_bytes=_MAX_BYTES), PURPOSE))
    except SignatureUnfit:
        raise ResourceError(
            tr(
                "The signature of the helpdesk pack {pack} does not fit: the pack was changed after it was signed. "
                "Ask your helpdesk for a new one.",
                pack=pack.name,
            )
        ) from None


def check_signer(pack: Path, root: Path, wanted: Sequence[str] | None) -> None:
    """Whether the pack may be read: `wanted` are the keys that this computer takes, `None` for any and for none.

    Raises:
        UsageError: its signature cannot be read.
        ResourceError: the signature does not fit, or it is not by a key that is wanted.
    """
    key = signed_with(pack, root)
    if wanted is None:
        return
    if not any(known_signer(line) for line in wanted):
        raise ResourceError(
            tr("This computer takes signed packs only, but no Ed25519 key stands in its policy PackSigner.")
        )
    if key is None:
        raise ResourceError(
            tr("The helpdesk pack {pack} is not signed, and this computer takes signed packs only.", pack=pack.name)
        )
    if key not in map(known_signer, wanted):
        raise ResourceError(
            tr(
                "The helpdesk pack {pack} is signed with the key {key}, which this computer does not take.",
                pack=pack.name,
                key=key,
            )
        )


def _private_key(file: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    content = read_bytes(file, limit_bytes=_MAX_BYTES)
    for load in (load_ssh_private_key, load_pem_private_key):
        try:
            key = load(content, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise UsageError(
        tr("{file} holds no Ed25519 key without a passphrase; ssh-keygen -t ed25519 makes one.", file=file.name)
    )


def _list(pack: Path, root: Path) -> str:
    """What is signed."""
    files = {pack.name: pack} if os.path.isfile(root) else _files(pack, root)
    left = MAX_UNPACKED
    lines = []
    for name in sorted(files):
        if os.path.isdir(root):
            expect_ordinary(pack, files[name], name)
        content = read_bytes(files[name], limit_bytes=left)
        left -= len(content)
        if left < 0 or len(files) > MAX_FILES:
            raise ResourceError(tr("The helpdesk pack {pack} is too large.", pack=pack.name))
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    return _FIRST_LINE + "".join(lines)


def _files(pack: Path, root: Path) -> dict[str, Path]:
    """The files by their names in the pack, which are the same on every system."""
    found: dict[str, Path] = {}
    for place, folders, names in os.walk(root):
        here = Path(place)
        for name in names:
            path = here / name
            called = unicodedata.normalize("NFC", path.relative_to(root).as_posix())
            if path.suffix.lower() not in KINDS or called == INSIDE:
                continue
            if called in found or not called.isprintable():
                raise ResourceError(
                    tr("The helpdesk pack {pack} holds the name “{name}”, which cannot be signed.",
                       pack=pack.name, name=inert(called[:80]))
                )  # fmt: skip
            found[called] = path
        for folder in folders:
            if (here / folder).is_symlink():  # what it leads to would be read, and is not walked through here
                raise ResourceError(
                    tr("The helpdesk pack {pack} holds “{name}”, a link to a folder, which cannot be signed.",
                       pack=pack.name, name=inert(folder[:80]))
                )  # fmt: skip
    return found
