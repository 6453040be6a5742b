"""What makes these data one deployment's: sealed under its secret, written once, looked at before anything starts.

It holds the key that people's ids are made with, so that they stay who they are under another secret, and the number of
partitions, without which they could not be found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from sms_triage.keys import IDENTITY, PARTITIONS
from sms_triage.settings import SettingsError
from sms_triage.storage.entry import Records, Unreadable
from sms_triage.vault import Vault, index_key

_ABOUT = "identity"


@dataclass(frozen=True)
class Identity:
    """`index_key` makes people's ids; `partitions` is among how many they are spread."""

    index_key: bytes
    partitions: int = PARTITIONS


def claim(redis: "Redis", secret_key: str, old_secret_keys: Sequence[str] = ()) -> Vault:
    """The vault of these data; data that are nobody's yet are claimed.

    Raises :class:`SettingsError` if they are another's, or ``redis.RedisError``.
    """
    # Data from before there were identities name people by the secret, which may be about to change.
    first = Identity(index_key(old_secret_keys[-1] if old_secret_keys else secret_key))
    records = Records(Vault(secret_key, old_secret_keys))
    if not redis.exists(IDENTITY):
        redis.set(IDENTITY, records.seal(first, _ABOUT), nx=True)
    sealed: Any = redis.get(IDENTITY)
    try:
        identity = records.open(sealed, Identity, _ABOUT)
    except Unreadable:
        raise SettingsError(
            "SECRET_KEY is not the one that these data were sealed with: set that one (or name it in OLD_SECRET_KEYS "
            "after a change), or give another REDIS_URL or --data"
        ) from None
    if identity.partitions != PARTITIONS:
        raise SettingsError(
            f"these data are spread over {identity.partitions} partitions, this release has {PARTITIONS}: run the "
            "release that made them"
        )
    return Vault(secret_key, old_secret_keys, identity.index_key)


def reseal_identity(redis: "Redis", vault: Vault) -> None:
    """Seals the identity under the vault's own secret."""
    sealed: Any = redis.get(IDENTITY)
    records = Records(vault)
    redis.set(IDENTITY, records.seal(records.open(sealed, Identity, _ABOUT), _ABOUT))
