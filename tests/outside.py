"""A deployment as the world sees it: webhooks, a provider that takes messages, the command line, and time that passes.

What is tested through here stays true whatever the inside looks like.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import requests
from click.testing import CliRunner, Result
from twilio.request_validator import RequestValidator

from sms_triage.cli import main
from sms_triage.clock import Clock
from sms_triage.gateways.twilio import TwilioSettings
from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.web.app import create_app
from tests.servers import ACCOUNT, TOKEN, TwilioApi, serving

PUBLIC = "https://sms.example.org"
SHORTCODE = "22384"
USSD_KEY = "a long word for USSD"
NOON = datetime(2030, 3, 18, 12, 0, tzinfo=ZoneInfo("Africa/Nairobi")).timestamp()
"""A Monday, with no quiet hours for a while."""

DAY = 86_400.0


@dataclass
class Time:
    """A clock that only moves when it is told to, or slept on. `looked` is what happens whenever it is looked at."""

    at: float = NOON
    looked: Callable[[], None] = lambda: None

    def now(self) -> float:
        self.looked()
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Outside:
    """One running deployment on Twilio, with USSD beside it, and everybody around it."""

    service: Service
    address: str
    provider: TwilioApi
    time: Time
    ids: Iterator[int] = field(default_factory=count)

    def text(self, number: str, *texts: str, id: str = "", sender: str = SHORTCODE) -> int:
        """Texts from a number, one after the other. Gives the HTTP status of the last."""
        status = 0
        for words in texts:
            form = {"MessageSid": id or f"SM{next(self.ids)}", "From": number, "To": sender, "Body": words}
            status = self._call("/sms/twilio", form)
        return status

    def report(self, message: dict[str, str], status: str, code: str = "") -> int:
        """The provider reports what became of a message that it accepted."""
        form = {"MessageSid": message["sid"], "To": message["To"], "MessageStatus": status, "ErrorCode": code}
        return self._call("/sms/twilio/status", form)

    def key(self, number: str, text: str, session: str = "AT1") -> str:
        """A USSD call: everything keyed in so far, joined by ``*``. Gives the page."""
        form = {"sessionId": session, "phoneNumber": number, "serviceCode": "*384#", "text": text}
        params = {"key": USSD_KEY}
        return requests.post(f"{self.address}/ussd/africastalking", params=params, data=form, timeout=10).text

    def hang_up(self, number: str, session: str = "AT1") -> int:
        """The network tells that a USSD session ended before its last page."""
        form = {"sessionId": session, "phoneNumber": number, "serviceCode": "*384#", "status": "Incomplete"}
        path, params = f"{self.address}/ussd/africastalking/end", {"key": USSD_KEY}
        return requests.post(path, params=params, data=form, timeout=10).status_code

    def drain(self) -> int:
        """What the worker does when replies wait."""
        return self.service.drain()

    def sweep(self) -> int:
        """What cron does every few seconds."""
        return self.service.sweep(self.time.now())

    def settle(self) -> None:
        """Everything that waits to be sent now is sent."""
        self.sweep()
        self.drain()

    def later(self, seconds: float) -> None:
        """Time passes; what is due after it is done."""
        self.time.at += seconds
        self.settle()

    def idle(self, seconds: float) -> None:
        """Nobody is there for so long: what the store keeps only for a while comes nearer to its end, or is gone."""
        over = int(seconds * 1000)
        for key in self.service.redis.scan_iter(count=1000):
            left = self.service.redis.pttl(key)
            if 0 <= left <= over:
                self.service.redis.delete(key)
            elif left > over:
                self.service.redis.pexpire(key, left - over)

    def waiting(self) -> int:
        """How many messages wait to be sent, as the deployment's own metrics tell."""
        return metric(self.address, "sms_triage_outbox_messages")

    def elapse(self, seconds: float, step: float = DAY) -> None:
        """Much time passes, a `step` (s) at a time with what is due in it, and what Redis keeps for a while ends."""
        self.settle()
        while seconds > 0:
            passed = min(step, seconds)
            self.idle(passed)
            self.later(passed)
            seconds -= passed

    def id_of(self, number: str) -> str:
        """The name that stands for a person wherever she is kept."""
        return self.service.vault.person(number)

    @contextmanager
    def another_web(self, redis_url: str) -> Iterator["Outside"]:
        """Another web process of the same deployment, which reaches Redis at this address."""
        service = open_service(replace(self.service.settings, redis_url=redis_url), self.service.wall)
        with serving(create_app(service)) as address:
            yield replace(self, service=service, address=address)
        service.redis.close()

    def delivered(self, number: str) -> list[str]:
        """What the provider accepted for a number, oldest first."""
        return self.provider.said_to(number)

    def messages(self, number: str) -> list[dict[str, str]]:
        """The same with the provider's id, sender and time."""
        return [message for message in self.provider.accepted if message["To"] == number]

    def command(self, *arguments: str, redis_url: str = "") -> Result:
        """``sms-triage ...`` on the machine of the deployment; `redis_url` is another way to the same database."""
        settings, own = self.service.settings, self.service.settings.gateways["twilio"]
        assert isinstance(own, TwilioSettings)
        environment = {
            "REDIS_URL": redis_url or settings.redis_url, "SECRET_KEY": settings.secret_key, "GATEWAY": "twilio",
            "SENDER": settings.sender, "PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": own.api_url, "LANGUAGES": "en",
        }  # fmt: skip
        return CliRunner().invoke(main, arguments, env=environment)

    def begin_anew(self) -> None:
        """Nobody was ever here: for the next example of a property."""
        self.service.redis.flushall()
        self.provider.behave()
        self.provider.accepted.clear()
        self.provider.tries.clear()
        self.time.at = NOON

    def _call(self, path: str, form: dict[str, str]) -> int:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signature}
        return requests.post(self.address + path, data=form, headers=headers, timeout=10).status_code


def metric(address: str, name: str) -> int:
    """What the web process at an address tells to whoever watches it; 0 for what it does not name."""
    metrics = requests.get(f"{address}/metrics", timeout=10).text
    found = re.findall(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return int(float(found[0])) if found else 0


def counted(address: str, event: str) -> int:
    """How often something happened, as the web process tells."""
    return metric(address, f'sms_triage_events_total{{event="{event}"}}')


@contextmanager
def deployed(settings: Settings, messaging_service: str = "") -> Iterator[Outside]:
    """A deployment with these settings, its provider and its clock."""
    time = Time()
    provider = TwilioApi(now=time.now)
    with serving(provider.app()) as api:
        service = open_service(
            replace(
                settings, gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN, messaging_service, api)}, sender=SHORTCODE,
                public_url=PUBLIC, webhook_secret=USSD_KEY, timezone="Africa/Nairobi", country="KE",
            ),
            Clock(time.now, time.sleep),
        )  # fmt: skip
        service.redis.flushall()
        with serving(create_app(service)) as address:
            yield Outside(service, address, provider, time)
        service.redis.close()
