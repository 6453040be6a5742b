"""A deployment as the world sees it: webhooks, a provider that takes messages, the command line, and time that passes.

What is tested through here stays true whatever the inside looks like.
"""

from collections.abc import Iterator
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


@dataclass
class Time:
    """A clock that only moves when it is told to, or slept on."""

    at: float = NOON

    def now(self) -> float:
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

    def delivered(self, number: str) -> list[str]:
        """What the provider accepted for a number, oldest first."""
        return self.provider.said_to(number)

    def messages(self, number: str) -> list[dict[str, str]]:
        """The same with the provider's id, sender and time."""
        return [message for message in self.provider.accepted if message["To"] == number]

    def command(self, *arguments: str) -> Result:
        """``sms-triage ...`` on the machine of the deployment."""
        settings, own = self.service.settings, self.service.settings.gateways["twilio"]
        assert isinstance(own, TwilioSettings)
        environment = {
            "REDIS_URL": settings.redis_url, "SECRET_KEY": settings.secret_key, "GATEWAY": "twilio",
            "SENDER": settings.sender, "PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": own.api_url, "LANGUAGES": "en",
        }  # fmt: skip
        return CliRunner().invoke(main, arguments, env=environment)

    def begin_anew(self) -> None:
        """Nobody was ever here: for the next example of a property."""
        self.service.redis.flushall()
        self.provider.accepted.clear()
        self.provider.refuse.clear()
        self.provider.break_after.clear()
        self.time.at = NOON

    def _call(self, path: str, form: dict[str, str]) -> int:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signature}
        return requests.post(self.address + path, data=form, headers=headers, timeout=10).status_code


@contextmanager
def deployed(settings: Settings) -> Iterator[Outside]:
    """A deployment with these settings, its provider and its clock."""
    time = Time()
    provider = TwilioApi(now=time.now)
    with serving(provider.app()) as api:
        service = open_service(
            replace(
                settings, gateways={"twilio": TwilioSettings(ACCOUNT, TOKEN, api_url=api)}, sender=SHORTCODE,
                public_url=PUBLIC, webhook_secret=USSD_KEY, timezone="Africa/Nairobi",
            ),
            Clock(time.now, time.sleep),
        )  # fmt: skip
        service.redis.flushall()
        with serving(create_app(service)) as address:
            yield Outside(service, address, provider, time)
        service.redis.close()
