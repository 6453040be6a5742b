"""Africa's Talking: unsigned form webhooks in (so a secret in their address), the official SDK out.

Facts from help.africastalking.com and developers.africastalking.com ("SMS", "Delivery reports"); the status codes from
the SDK's documentation. It has no way to look a sent message up, so one whose fate is unknown is sent again.
"""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService
from requests import RequestException
from requests.exceptions import ConnectTimeout

from sms_triage.gateways.base import (
    Answer,
    DeliveryReport,
    Failure,
    Inbound,
    Outgoing,
    Request,
    SendError,
    check_caller,
    label,
    required,
)
from sms_triage.settings import Environment, Settings

ACCEPTED = {100, 101, 102}
TAKEN = ("Success", "Sent", "Queued", "Processed")
"""How an accepted message says so where no code does."""

_FAILURES = {
    Failure.NEVER: {403, 404, 407},
    Failure.OPTED_OUT: {406},
    Failure.OPERATOR: {401, 402, 405, 409},
    Failure.LATER: {500, 501, 502},
}
_BY_CODE = {code: failure for failure, codes in _FAILURES.items() for code in codes}
_BY_REASON = {
    "InsufficientCredit": Failure.OPERATOR,
    "UserAccountSuspended": Failure.OPERATOR,
    "AbsentSubscriber": Failure.LATER,
    "UserIsInactive": Failure.LATER,
    "DeliveryFailure": Failure.LATER,
    "SystemFailure": Failure.LATER,
    "InternalError": Failure.LATER,
}
RANKS = {"Sent": 3, "Submitted": 3, "Buffered": 3, "Rejected": 5, "Failed": 5, "Expired": 5, "AbsentSubscriber": 5}
RANKS |= {"Success": 6}


@dataclass(frozen=True)
class AfricasTalkingSettings:
    """An application (or ``sandbox``) and its key; another base address of the API."""

    username: str
    api_key: str = field(repr=False)
    api_url: str = ""


class AfricasTalkingGateway:
    """An Africa's Talking account."""

    name = address = "africastalking"
    taken = Answer()
    refused = None

    def __init__(self, settings: Settings, own: AfricasTalkingSettings, _: object = None) -> None:
        self._settings = settings
        self._sms = SMSService(own.username, own.api_key)
        if own.api_url:
            self._sms._baseUrl = f"{own.api_url}/version1"

    @staticmethod
    def read_settings(environment: Environment) -> AfricasTalkingSettings:
        own = AfricasTalkingSettings(
            username=environment.need("AFRICASTALKING_USERNAME", "your application's name, or sandbox"),
            api_key=environment.need("AFRICASTALKING_API_KEY", "the key of your application"),
            api_url=environment.address("AFRICASTALKING_API_URL"),
        )
        environment.need("WEBHOOK_SECRET", "a long random word, and call back with ?key= and that word")
        return own

    def inbound(self, request: Request) -> Inbound:
        form = self._checked(request)
        id, number, sender = required(form, "id", "from", "to")
        return Inbound(self.name, id, number, sender, form.get("text", ""))

    def report(self, request: Request) -> DeliveryReport | None:
        """A delivery report, or the callback that a person opted out (it has a ``senderId`` and no ``status``)."""
        form = self._checked(request)
        if "status" not in form and "senderId" in form:
            return DeliveryReport("", required(form, "phoneNumber")[0], 5, "optout", Failure.OPTED_OUT)
        id, number, status = required(form, "id", "phoneNumber", "status")
        rank = RANKS.get(status)
        if rank is None:
            return None
        if rank != 5:
            return DeliveryReport(id, number, rank, "delivered" if rank == 6 else "sent", None)
        reason = form.get("failureReason") or status
        usual = Failure.NEVER if status in ("Rejected", "Expired") else Failure.LATER
        failure = Failure.OPTED_OUT if _is_opt_out(reason) else _BY_REASON.get(reason, usual)
        return DeliveryReport(id, number, rank, "failed", failure, label(reason))

    def send(self, message: Outgoing) -> str:
        try:
            answer: Any = self._sms.send(
                message.text, [message.number], sender_id=message.sender or self._settings.sender or None
            )
        except ValueError:
            raise SendError(Failure.NEVER, "403") from None
        except AfricasTalkingException as error:
            raise _refused(str(error)) from None
        except ConnectTimeout:
            raise SendError(Failure.LATER, "no connection") from None
        except RequestException as error:
            raise SendError(Failure.UNKNOWN, type(error).__name__) from None
        return _accepted(answer)

    def find(self, message: Outgoing, since: float) -> str | None:
        return None

    def probe(self) -> str:
        try:
            self._sms.fetch_messages()
        except AfricasTalkingException as error:
            raise _refused(str(error)) from None
        except RequestException as error:
            raise SendError(Failure.LATER, type(error).__name__) from None
        return "Africa's Talking takes the credentials"

    def _checked(self, request: Request) -> dict[str, str]:
        check_caller(request, self._settings.webhook_secret, self._settings.webhook_networks)
        return dict(request.form)


def _accepted(answer: Any) -> str:
    """The provider's id of a message, from its answer. Raises :class:`SendError` if it was not accepted."""
    if isinstance(answer, str):
        # The SDK parses JSON only under exactly the media type "application/json", without a character set.
        try:
            answer = json.loads(answer)
        except ValueError:
            raise SendError(Failure.UNKNOWN, "no JSON") from None
    data = answer.get("SMSMessageData") if isinstance(answer, dict) else None
    recipients = data.get("Recipients") if isinstance(data, dict) else None
    if not isinstance(recipients, list) or not recipients or not isinstance(recipients[0], dict):
        # A refusal of the whole request says so in a message instead of a recipient ("InvalidSenderId").
        raise SendError(Failure.OPERATOR, "no recipient")
    recipient = cast(dict[str, Any], recipients[0])
    status, told = str(recipient.get("status") or ""), str(recipient.get("statusCode") or "")
    code = int(told) if told.isdecimal() else 0
    if not (code in ACCEPTED or (not told and status in TAKEN)):
        if _is_opt_out(status):
            raise SendError(Failure.OPTED_OUT, told or status)
        # A code that is not listed says nothing about her number: somebody has to look.
        raise SendError(_BY_CODE.get(code) or _BY_REASON.get(status, Failure.OPERATOR), told or status)
    id = recipient.get("messageId")
    if not id or id == "None":
        raise SendError(Failure.UNKNOWN, "no id")
    return str(id)


def _is_opt_out(reason: str) -> bool:
    """UserInBlacklist, UserInBlackList, User In Blacklist."""
    return reason.replace(" ", "").lower() == "userinblacklist"


def _refused(answer: str) -> SendError:
    """What an HTTP status other than 2xx means; the SDK keeps only its body."""
    if "authentication" in answer.lower():
        return SendError(Failure.OPERATOR, "401")
    return SendError(Failure.LATER, "http")
