"""A provider that is not there: the same webhooks as Twilio without a signature, and phones that are Redis streams.

For trying and testing without an account. What the worker sends lands on the stream of the person's phone, from which
the phone page and the terminal phone read it.
"""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from sms_triage.gateways.base import DeliveryReport, Failure, Inbound, Outgoing, Request, SendError
from sms_triage.gateways.twilio import TAKEN, read_inbound, read_report
from sms_triage.keys import keys_of
from sms_triage.settings import Environment, Settings
from sms_triage.vault import Vault

PHONE_SECONDS = 24 * 3600
"""How long an idle phone keeps its messages."""

PHONE_MESSAGES = 200
AHEAD = "simulator:ahead"
"""Where it is kept how far the simulation is ahead of time."""


@dataclass(frozen=True)
class Received:
    """A message on a simulated phone. `place` orders them; `at` is when it came (s since the epoch)."""

    place: str
    id: str
    at: float
    sender: str
    text: str


class SimulatorGateway:
    """Twilio's form protocol, no account."""

    name = "simulator"
    address = "twilio"
    taken = TAKEN
    refused = None

    def __init__(self, settings: Settings, own: object, redis: "Redis") -> None:
        self._redis = redis
        self._vault = Vault(settings.secret_key)

    @staticmethod
    def read_settings(environment: Environment) -> None:
        """It has none of its own."""

    def inbound(self, request: Request) -> Inbound:
        return read_inbound(self.name, dict(request.form))

    def report(self, request: Request) -> DeliveryReport | None:
        return read_report(dict(request.form))

    def send(self, message: Outgoing) -> str:
        person = self._vault.person(message.number)
        id = f"SM{uuid.uuid4().hex}"
        body = {"id": id, "at": time.time(), "sender": message.sender, "text": message.text}
        key = keys_of(person).phone(person)
        try:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.xadd(key, {"sealed": self._vault.seal(json.dumps(body).encode(), key)}, maxlen=PHONE_MESSAGES)
            pipeline.expire(key, PHONE_SECONDS)
            pipeline.execute()
        except RedisError as error:
            raise SendError(Failure.UNKNOWN, type(error).__name__) from None
        return id

    def find(self, message: Outgoing, since: float, claimed: Callable[[str], bool]) -> str | None:
        for received in self.received(message.number, "-"):
            if received.text == message.text and received.at >= since - 1:
                return received.id
        return None

    def probe(self) -> str:
        return "the simulator needs no provider"

    def ahead(self) -> float:
        """How far (s) the clock of the simulation is ahead of the wall's."""
        return float(self._redis.get(AHEAD) or 0)

    def set_ahead(self, seconds: float) -> None:
        self._redis.set(AHEAD, seconds)

    def received(self, number: str, after: str) -> list[Received]:
        """What came to this phone after the message at `after` ("-": everything)."""
        person = self._vault.person(number)
        key = keys_of(person).phone(person)
        entries = self._redis.xrange(key, min="-" if after == "-" else f"({after}")
        messages = []
        for place, fields in cast(list[tuple[bytes, dict[bytes, bytes]]], entries):
            body = json.loads(self._vault.open(fields[b"sealed"], key))
            messages.append(Received(place.decode(), **body))
        return messages
