"""Keeping people unknown: numbers become keys by HMAC, and what is stored of them is sealed."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Vault:
    """Seals with a key derived from the deployment's ``SECRET_KEY`` (AES-256-GCM; HKDF-SHA256), and opens what an older
    one sealed too. People's ids come from `ids`, which outlives a change of the secret; without it, from the secret."""

    def __init__(self, secret_key: str, old_secret_keys: Sequence[str] = (), ids: bytes | None = None) -> None:
        self._index_key = index_key(secret_key) if ids is None else ids
        self._cipher, *self._old_ciphers = (
            AESGCM(_derive(secret, b"sealing")) for secret in (secret_key, *old_secret_keys)
        )

    def person(self, number: str) -> str:
        """The person's id: 32 hexadecimal digits from which the number cannot be told without the secret."""
        return hmac.new(self._index_key, number.encode(), hashlib.sha256).hexdigest()[:32]

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
        nonce, body = sealed[:_NONCE], sealed[_NONCE:]
        for cipher in (*self._old_ciphers, self._cipher)[::-1]:
            with suppress(InvalidTag):
                return cipher.decrypt(nonce, body, about.encode())
        raise InvalidTag

    def is_current(self, sealed: bytes, about: str) -> bool:
        """Whether this was sealed with the secret that is in use, not with an older one or another."""
        try:
            self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
        except (InvalidTag, ValueError):
            return False
        return True


def index_key(secret_key: str) -> bytes:
    """The key of people's ids that a secret leads to."""
    return _derive(secret_key, b"person index")


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sms-triage " + purpose).derive(secret_key.encode())
