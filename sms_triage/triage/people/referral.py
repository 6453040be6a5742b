"""A health worker's patients, and what came of sending them to be seen."""

from dataclasses import dataclass, replace

from sms_triage.triage.content.protocols import ChwProtocol
from sms_triage.triage.people.case import DAY, Case

NO_CASE = Case()

LAST = 99
"""Where who has no result yet stands among the urgent."""


@dataclass(frozen=True)
class Referral:
    """That a patient was sent to be seen: how urgent, since when (s since the epoch), whether her health worker
    confirmed that she acts on it, who else was told (1 the supervisor, 2 the facilities too), when a visit is due, what
    came of it ("" while it is open), and when something was last told of it."""

    disposition: str
    at: float
    due: float | None = None
    acknowledged: bool = False
    told: int = 0
    confirm_by: float | None = None
    outcome: str = ""
    reported_at: float = 0.0


def refer(protocol: ChwProtocol, disposition: str, at: float) -> Referral:
    """A referral that begins."""
    days = protocol.visits[disposition]
    minutes = protocol.acknowledge_minutes.get(disposition)
    return Referral(
        disposition,
        at,
        due=at + days[0] * DAY if days else None,
        confirm_by=at + minutes * 60 if minutes else None,
    )


def reported(protocol: ChwProtocol, referral: Referral, outcome: str, now: float) -> Referral:
    """A referral once its outcome is told. One that leaves a visit due stays open until the next of its visits, or
    the next day."""
    confirmed = replace(referral, acknowledged=True, confirm_by=None, reported_at=now)
    if outcome not in protocol.still_open:
        return replace(confirmed, outcome=outcome, due=None)
    visits = (referral.at + day * DAY for day in protocol.visits[referral.disposition])
    return replace(confirmed, due=next((at for at in visits if at > now), now + DAY))


@dataclass(frozen=True)
class Patient:
    """A patient of a health worker. `owner` is the health worker's person id; `label` is the health worker's own word
    for her; `agreed_at` is when she agreed to be asked (s since the epoch)."""

    code: str
    owner: str
    agreed_at: float
    label: str = ""
    case: Case = NO_CASE
    referral: Referral | None = None

    @property
    def order(self) -> float:
        """Where she stands in the caseload: the most urgent first, and of these the newest."""
        last = self.case.episodes[-1] if self.case.episodes else None
        return (last.rank if last else LAST) * 1e11 - (last.at if last else self.agreed_at)


def with_outcome(protocol: ChwProtocol, patient: Patient, outcome: str, now: float) -> Patient:
    """A patient once it is told what came of her referral."""
    assert patient.referral is not None
    case = replace(patient.case, seen_at=now) if outcome in protocol.seen else patient.case
    return replace(patient, case=case, referral=reported(protocol, patient.referral, outcome, now))
