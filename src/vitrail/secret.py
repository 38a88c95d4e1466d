"""The instance's secret: what signs, what encrypts, and where it comes from.

Each use gets a key of its own, derived from the secret by HKDF, so that a value made for one purpose is worthless
for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vitrail.errors import Unavailable
from vitrail.settings import Settings

SECRET_FILE = "secret"  # noqa: S105 — a file's name
VERSION = b"\x01"


class DataDirUnusable(Unavailable):
    """The data folder can't be made or written."""

    title = "The data folder can't be used"
    code = "data-dir-unusable"


class SecretChanged(Unavailable):
    """Something was encrypted with another LIGHTDASH_SECRET than today's."""

    title = "A stored secret can't be read"
    code = "secret-changed"


class SecretBox:
    """Signs and encrypts for named purposes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, purpose: str) -> bytes:
        """The key of one purpose, for who signs so often that deriving it each time would cost."""
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"vitrail:{purpose}".encode()).derive(
            self._secret
        )

    def sign(self, purpose: str, value: str) -> str:
        """A keyed digest of `value`, 43 characters."""
        digest = hmac.new(self.key(purpose), value.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def signed(self, purpose: str, value: str, signature: str) -> bool:
        """Whether `signature` is ours for `value`, in constant time."""
        return hmac.compare_digest(self.sign(purpose, value).encode(), signature.encode())

    def encrypt(self, purpose: str, text: str) -> str:
        """AES-256-GCM; the answer is text and differs each time."""
        nonce = os.urandom(12)
        sealed = AESGCM(self.key(purpose)).encrypt(nonce, text.encode(), purpose.encode())
        return base64.urlsafe_b64encode(VERSION + nonce + sealed).decode()

    def decrypt(self, purpose: str, sealed: str) -> str:
        """What `encrypt` was given. Raises `SecretChanged`."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return AESGCM(self.key(purpose)).decrypt(raw[1:13], raw[13:], purpose.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise SecretChanged(
                "It was encrypted with another LIGHTDASH_SECRET than the one in use now.",
                cure="Set LIGHTDASH_SECRET back to what it was, or enter the connection again.",
            ) from error


def token() -> str:
    """A new random token with 256 bits, safe in headers and addresses."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """What is stored in a token's place. Tokens are random, so a plain hash is enough."""
    return hashlib.sha256(value.encode()).hexdigest()


def make_data_dir(folder: Path) -> Path:
    """The data folder, there and writable by us alone. Raises `DataDirUnusable`."""
    cure = "Choose a folder that the server's user may write (VITRAIL_DATA_DIR), or change its owner."
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".write-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise DataDirUnusable(f"{folder}: {error.strerror or error}.", cure=cure) from None
    return folder


def write_private(path: Path, content: str) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise DataDirUnusable(
            f"{path} can't be written ({error.strerror or error}).",
            cure="Let the server's user write there and see that the disk is not full.",
        ) from None


def open_secret(settings: Settings) -> SecretBox:
    """`LIGHTDASH_SECRET`, else the one kept in the data folder (made at the first start)."""
    if settings.secret is not None:
        return SecretBox(settings.secret.get_secret_value().encode())
    path = settings.data_dir / SECRET_FILE
    try:
        kept = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataDirUnusable(
            f"{path} can't be read ({error.__class__.__name__}).",
            cure="Let the server's user read it, or set LIGHTDASH_SECRET.",
        ) from None
    if not kept:
        kept = token()
        write_private(path, kept + "\n")
    return SecretBox(kept.encode())
