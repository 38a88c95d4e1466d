"""Who signs licences: Ed25519 keys, and the error of everything that they did not sign."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vitrail.errors import InvalidInput

# The public half of the authority whose licences every build of Vitrail accepts. Its private half is not in this
# repository. Operators who issue their own licences set VITRAIL_LICENSE_PUBLIC_KEY, which replaces it.
AUTHORITY = "e6f048ff3f032be134b106b42bc161aff721f06245a30dce1b4d1e1a80aab9f9"


class LicenceKeyInvalid(InvalidInput):
    """The text is not a licence that this authority signed. The text itself is never repeated."""

    title = "The licence can't be used"
    code = "licence-invalid"


def keypair() -> tuple[str, str]:
    """A new authority: (private key, public key), 64 hex digits each."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def sign(message: str, private_key: str) -> bytes:
    """Raises `LicenceKeyInvalid` when the private key is none."""
    try:
        signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key.strip()))
    except ValueError:
        raise LicenceKeyInvalid(
            "The private key is not 64 hexadecimal digits.", cure="Use the one that `vitrail license keypair` printed."
        ) from None
    return signer.sign(message.encode())


def signed(message: str, signature: bytes, public_key: str) -> bool:
    """Whether the authority signed `message`. Raises `LicenceKeyInvalid` when the public key is none."""
    try:
        verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key.strip()))
    except ValueError:
        raise LicenceKeyInvalid(
            "VITRAIL_LICENSE_PUBLIC_KEY is not 64 hexadecimal digits.",
            cure="Use the public key that `vitrail license keypair` printed, or your Keygen account's Ed25519 key.",
        ) from None
    try:
        verifier.verify(signature, message.encode())
    except InvalidSignature:
        return False
    return True


def not_signed(cure: str) -> LicenceKeyInvalid:
    """What is said of a licence that the authority did not sign."""
    return LicenceKeyInvalid(
        "Its signature does not match: it was changed, cut short, or signed by another authority.",
        cure=cure + " If you issue licences yourself, set VITRAIL_LICENSE_PUBLIC_KEY.",
    )


def not_understood() -> LicenceKeyInvalid:
    """What is said of a licence that is signed and says something else than licences say."""
    return LicenceKeyInvalid(
        "It is signed, but what it says can't be read by this version.", cure="Ask for a new licence."
    )


def unbase64url(text: str) -> bytes:
    """base64url, with or without its padding; nothing but its alphabet. Raises `ValueError`."""
    return _unbase64(text, b"-_")


def unbase64(text: str) -> bytes:
    """Plain base64, broken into lines or not. Raises `ValueError`."""
    return _unbase64("".join(text.split()), b"+/")


def _unbase64(text: str, altchars: bytes) -> bytes:
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=altchars, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def wire_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: object) -> datetime:
    """A moment of the wire, aware. Raises `ValueError` or `TypeError`."""
    if not isinstance(text, str):
        raise TypeError("time")
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
