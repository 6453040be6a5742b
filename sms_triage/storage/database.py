"""What everything that is kept needs: the connection, the vault, the codec, and the one way to write."""

from redis import Redis

from sms_triage.storage.entry import Records
from sms_triage.storage.scripts import script
from sms_triage.storage.step import Done, Step
from sms_triage.vault import Vault


class Database:
    """Redis, and how what is kept there is sealed and written."""

    def __init__(self, redis: "Redis", vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self.records = Records(vault)
        self._step = redis.register_script(script("step"))

    def run(self, step: Step) -> Done:
        """Does a step, all of it or nothing."""
        status, wake = self._step(keys=list(step.keys), args=[*step.guards, *step.writes])
        return Done(status.decode(), bool(wake))
