"""What an operator does by hand: look at what is known of a number, forget it, hand patients over."""

from contextlib import suppress
from datetime import UTC, datetime

from sms_triage.keys import keys_of
from sms_triage.service.referrals import Unsettled
from sms_triage.service.service import Service
from sms_triage.storage.messages import AWAKE_SECONDS
from sms_triage.storage.snapshot import Address
from sms_triage.storage.step import Step
from sms_triage.triage.people.effects import TakenOver


def known(service: Service, number: str) -> list[str]:
    """What an operator may know of a number, a line each; nothing if it is not known. Never what was told."""
    known = service.store.load(service.vault.person(service.number(number)))
    if known.number is None:
        return []
    person, lines = known.person, []
    if known.address:
        lines.append(f"last wrote through {known.address.gateway} to {known.address.sender}")
    lines.append(f"language: {person.language or 'not chosen'}")
    lines.append("opted out" if person.opted_out else "not opted out")
    lines.append("a conversation is kept" if person.session else "no conversation is kept")
    if person.case:
        lines.append(f"episodes kept: {len(person.case.episodes)}")
        if person.case.plan:
            due = datetime.fromtimestamp(person.case.plan.due, UTC)
            lines.append(f"next check-in due {due:%Y-%m-%d %H:%M} UTC")
    if known.unreachable:
        lines.append(f"cannot be reached ({known.unreachable})")
    return lines


def forget(service: Service, number: str) -> bool:
    """Erases all that is kept of a number, and what waits to be sent to it. Returns whether anything was."""
    return service.store.erase(service.vault.person(service.number(number)))


def hand_over(service: Service, giver: str, taker: str) -> int:
    """Gives all patients of one number to another, for a leave or for good. Returns how many she has to give.

    What is to be done is written down first and then done at once; should this be cut off, the next drain goes on.
    """
    ids = [service.vault.person(service.number(number)) for number in (giver, taker)]
    change, store, keys = TakenOver(*ids), service.store, keys_of(ids[0])
    count = len(store.patients.caseload(ids[0]))
    if not count:
        return 0
    address = Address(next(iter(service.gateways)), service.settings.sender)
    step = Step()
    store.effects.append(step, ids[0], change, address, service.clock())
    step.wake(keys.awake, AWAKE_SECONDS)
    if store.database.run(step).wake:
        service.wake()
    for entry in store.effects.after({keys: "0-0"}, MOST_ENTRIES):
        if entry.effect == change:
            with suppress(Unsettled):
                service.referrals.carry_out(entry)
                store.effects.done(entry)
    return count


MOST_ENTRIES = 1000
"""How many effects are looked through for the one that was just written."""
