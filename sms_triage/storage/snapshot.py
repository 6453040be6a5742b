"""What a step starts from: a person as she was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sms_triage.gateways.ussd import Dialog
from sms_triage.triage.people.referral import Patient
from sms_triage.triage.people.session import Person

STOPPED, ERASED = b"1", b"2"
"""Why nothing is sent to a person: she wants no messages; she had herself erased (her number is kept for an hour)."""


@dataclass(frozen=True)
class Address:
    """Where a person is answered: the gateway and the number of ours that she wrote to."""

    gateway: str
    sender: str


class Read(NamedTuple):
    """A health worker's patient as she was read: None if there is none, and `sealed` as it stood there ("" for
    nothing), so that a step can tell whether she changed meanwhile."""

    patient: Patient | None
    sealed: bytes = b""


@dataclass(frozen=True)
class Snapshot:
    """What a step starts from: the person and what is kept of her USSD dialog. `version` changes with every step (""
    for nobody known); `number` and `address` are how she is reached; `opted_out` is why nothing may be sent to her as
    it stands there, `unreachable` why it cannot be; `seen` tells that this message was taken before; `patients` are
    those that were read; `unreadable` is what stands there of her and cannot be read, by kind, as it stands there."""

    id: str
    version: str
    person: Person
    number: str | None = None
    address: Address | None = None
    opted_out: bytes = b""
    unreachable: str = ""
    dialog: Dialog | None = None
    seen: bool = False
    patients: Mapping[str, Read] = field(default_factory=dict)
    unreadable: Mapping[str, bytes] = field(default_factory=dict)
