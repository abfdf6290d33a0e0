"""An Apple profile signed with an organisation's certificate, so that the device says whose it is."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.errors import HandoverError, UsageError
from wizard.handover import apple_mail
from wizard.handover.sheet import Sheet
from wizard.language import tr


def signed(sheet: Sheet, certificates: bytes, key: bytes) -> Sheet:
    """The sheet with its profile signed (CMS, DER, the profile inside), as Apple devices read it.

    Args:
        certificates: in PEM form, the signer's first, then those that lead to its authority.
        key: the signer's, in PEM form without a passphrase.

    Raises:
        UsageError: the target has no profile, or a file is not what it should be.
        HandoverError: the certificate and the key do not belong together.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

    if not any(file.media_type == apple_mail.MEDIA_TYPE for file in sheet.files):
        raise UsageError(tr("{program} has no profile here that could be signed.", program=sheet.target.name))
    try:
        signer, *others = x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise UsageError(tr("The file of {option} holds no certificate in PEM form.", option="--sign")) from None
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            tr("The file of {option} holds no key in PEM form without a passphrase.", option="--sign-key")
        ) from None
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise UsageError(tr("Apple's devices take signatures by RSA and elliptic-curve keys only."))
    if private.public_key() != signer.public_key():
        raise HandoverError(tr("The certificate and the key to sign with do not belong together."))

    def sign(content: bytes) -> bytes:
        builder = PKCS7SignatureBuilder().set_data(content).add_signer(signer, private, SHA256())
        for certificate in others:
            builder = builder.add_certificate(certificate)
        return builder.sign(Encoding.DER, [PKCS7Options.Binary])

    return replace(
        sheet,
        files=tuple(
            replace(file, content=sign(file.content)) if file.media_type == apple_mail.MEDIA_TYPE else file
            for file in sheet.files
        ),
    )
