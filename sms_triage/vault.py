"""Keeping people unknown: numbers become keys by HMAC, and what is stored of them is sealed."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sms_triage.numbers import one_line

_NONCE = 12


class Vault:
    """Seals with a key derived from the deployment's ``SECRET_KEY`` (AES-256-GCM; HKDF-SHA256)."""

    def __init__(self, secret_key: str) -> None:
        self._index_key = _derive(secret_key, b"person index")
        self._cipher = AESGCM(_derive(secret_key, b"sealing"))

    def person(self, number: str) -> str:
        """The person's id: 32 hexadecimal digits from which the number cannot be told without the secret.
        All forms of one line, old and new, by SMS and by WhatsApp, are one person."""
        return hmac.new(self._index_key, one_line(number).encode(), hashlib.sha256).hexdigest()[:32]

    def sign(self, kind: str, code: str) -> str:
        """What stands for a short code (a patient's number, an invitation) in the name of a key: 16 hexadecimal
        digits."""
        return hmac.new(self._index_key, f"{kind} {code}".encode(), hashlib.sha256).hexdigest()[:16]

    def seal(self, data: bytes, about: str) -> bytes:
        """`data`, unreadable and bound to what it is `about`: moved elsewhere it does not open."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was sealed. Raises ``cryptography.exceptions.InvalidTag`` if the secret or `about` is another."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sms-triage " + purpose).derive(secret_key.encode())
