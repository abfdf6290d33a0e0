"""Makes and checks signatures as `ssh-keygen -Y sign` does: every system has that program, and people know its keys.

The form is that of OpenSSH's PROTOCOL.sshsig. Keys are Ed25519 alone, as `ssh-keygen -t ed25519` makes them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_MAGIC: Final = b"SSHSIG"
_KIND: Final = b"ssh-ed25519"
_ARMOUR: Final = re.compile(
    rb"\s*-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]{1,4096})-----END SSH SIGNATURE-----\s*"
)
_HASHES: Final = (b"sha256", b"sha512")


class SignatureUnfit(Exception):
    """The signature is none of this content, is not for this purpose, or cannot be read."""


def public_key(line: str) -> bytes:
    """The key of a line such as `ssh-ed25519 AAAA… comment`, as OpenSSH packs it.

    Raises:
        ValueError: it is no Ed25519 key.
    """
    words = line.split()
    if len(words) < 2 or words[0] != _KIND.decode():
        raise ValueError("no ssh-ed25519 key")
    try:
        packed = base64.b64decode(words[1], validate=True)
        _key(packed)
    except (ValueError, SignatureUnfit) as error:
        raise ValueError("no ssh-ed25519 key") from error
    return packed


def fingerprint(packed: bytes) -> str:
    """The key's fingerprint as `ssh-keygen -l` shows it: SHA256:…"""
    return "SHA256:" + base64.b64encode(hashlib.sha256(packed).digest()).decode().rstrip("=")


def signer(content: bytes, armoured: bytes, purpose: str) -> bytes:
    """The packed key that signed the content for a purpose (`ssh-keygen -Y sign -n PURPOSE`); not whose it is.

    Raises:
        SignatureUnfit: it does not fit.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found = _ARMOUR.fullmatch(armoured)
    if found is None:
        raise SignatureUnfit
    try:
        blob = base64.b64decode(b"".join(found[1].split()), validate=True)
    except binascii.Error:
        raise SignatureUnfit from None
    if blob[:10] != _MAGIC + struct.pack(">I", 1):
        raise SignatureUnfit
    packed, rest = _field(blob[10:])
    namespace, rest = _field(rest)
    reserved, rest = _field(rest)
    algorithm, rest = _field(rest)
    signature, end = _field(rest)
    kind, rest = _field(signature)
    raw, end_of_signature = _field(rest)
    if end or end_of_signature or kind != _KIND or namespace != purpose.encode() or algorithm not in _HASHES:
        raise SignatureUnfit
    try:
        key = _key(packed)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, _signed(namespace, reserved, algorithm, content))
    except (ValueError, InvalidSignature):
        raise SignatureUnfit from None
    return packed


def signature(content: bytes, key: Ed25519PrivateKey, purpose: str) -> bytes:
    """The signature of the content for a purpose, as `ssh-keygen -Y sign -n PURPOSE` writes it."""
    packed = _packed(_KIND) + _packed(key.public_key().public_bytes_raw())
    raw = key.sign(_signed(purpose.encode(), b"", b"sha512", content))
    parts = (packed, purpose.encode(), b"", b"sha512", _packed(_KIND) + _packed(raw))
    blob = _MAGIC + struct.pack(">I", 1) + b"".join(map(_packed, parts))
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


def _signed(namespace: bytes, reserved: bytes, algorithm: bytes, content: bytes) -> bytes:
    """What is signed of the content."""
    digest = hashlib.new(algorithm.decode(), content).digest()
    return _MAGIC + b"".join(map(_packed, (namespace, reserved, algorithm, digest)))


def _key(packed: bytes) -> bytes:
    """The 32 bytes of an Ed25519 key."""
    kind, rest = _field(packed)
    key, end = _field(rest)
    if kind != _KIND or len(key) != 32 or end:
        raise SignatureUnfit
    return key


def _field(data: bytes) -> tuple[bytes, bytes]:
    """The first string of RFC 4251 §5, and what follows it."""
    if len(data) < 4:
        raise SignatureUnfit
    (length,) = struct.unpack(">I", data[:4])
    if length > len(data) - 4:
        raise SignatureUnfit
    return data[4 : 4 + length], data[4 + length :]


def _packed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
