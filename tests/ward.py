"""Health workers, supervisors, facilities and patients' own phones around a deployment, and what their phones show."""

import re
from dataclasses import dataclass
from typing import Any

from tests.outside import Outside

AMINA, BARAKA, DORA = "+254700000001", "+254700000002", "+254700000003"
CHIEF, WEST_CHIEF = "+254700000011", "+254700000012"
CLINIC, HOSPITAL, WEST_CLINIC = "+254700000021", "+254700000022", "+254700000023"
WOMAN, STRANGER = "+254700000031", "+254700000032"
PEOPLE = f"""number,name,role,area,supervisor
{AMINA},Amina,chw,East,{CHIEF}
{BARAKA},Baraka,chw,East,{CHIEF}
{DORA},Dora,chw,West,{WEST_CHIEF}
{CHIEF},Chief,supervisor,East,
{WEST_CHIEF},Wilma,supervisor,West,
{CLINIC},Clinic,facility,East,
{HOSPITAL},Hospital,facility,East,
{WEST_CLINIC},Post,facility,West,
"""
Snapshot = dict[bytes, tuple[int, bytes]]
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0

EMERGENCY, TODAY, IN_A_WEEK = "D1 P1", "D5 P1 L3 A1 F1 S5 B7", "D5 P1 L3 A1 F1 S4 B7"
IN_TWO_WEEKS, WATCH = "D5 P1 L3 A1 F2 S7 B7", "D5 P1 L3 A1 F1 S7 B7"
"""Patients of each urgency, as a worker tells them in one SMS."""


@dataclass
class Ward:
    """Two areas with their people. What is seen of them is what their phones show."""

    outside: Outside
    beginning: Snapshot
    signs: dict[str, str]
    """What a slip names somebody, by her number, as the operator can look it up."""

    @classmethod
    def of(cls, outside: Outside) -> "Ward":
        """The ward of a deployment in whose registry everybody is."""
        listed = outside.command("chw", "list").output.splitlines()
        signs = {number: sign for sign, number, *_ in (line.split() for line in listed)}
        ward = cls(outside, {}, signs)
        ward.beginning = ward.as_it_is()
        return ward

    def text(self, number: str, *texts: str) -> list[str]:
        """Texts from a number, one after the other; what it gets from the last on."""
        *first, last = texts
        self.outside.text(number, *first)
        self.outside.drain()
        before = len(self.outside.delivered(number))
        self.outside.text(number, last)
        self.outside.drain()
        return self.outside.delivered(number)[before:]

    def new_patient(self, worker: str, shorthand: str) -> str:
        """A worker tells a patient in one SMS, who agrees. Gives her number."""
        said = self.text(worker, "MENU", shorthand, "1")
        found = re.search(r"Her number: ([\d ]+\d)\.", "\n".join(said))
        assert found, said
        return found[1].replace(" ", "")

    def patients(self, worker: str) -> list[str]:
        """Her patients as her phone lists them, all pages: "031000003 SEE TODAY 24/11"."""
        return self._listed(worker, "3")

    def due(self, worker: str) -> list[str]:
        """The numbers of those a visit is due to, as her phone lists them, all pages."""
        return [line[:9] for line in self._listed(worker, "2")]

    def _listed(self, worker: str, which: str) -> list[str]:
        self.outside.text(worker, "MENU", which)
        self.outside.drain()
        page = self.outside.delivered(worker)[-1].splitlines()
        lines = _patients_on(page)
        while "7 More" in page:
            page = self.text(worker, "7")[-1].splitlines()
            lines += _patients_on(page)
        assert lines or page in (["No patients yet."], ["No visits are due."]), page
        return lines

    def patient(self, worker: str, code: str) -> list[str]:
        """What is shown to a worker who asks for a patient's number."""
        return self.text(worker, "MENU", "4", code)

    def received(self, number: str, words: str = "") -> list[str]:
        """What was delivered to a number that holds these words."""
        return [said for said in self.outside.delivered(number) if words in said]

    def as_it_is(self) -> Snapshot:
        """All that is stored, to begin from again."""
        redis: Any = self.outside.service.redis
        return {key: (max(redis.pttl(key), 0), redis.dump(key)) for key in redis.scan_iter()}

    def begin_anew(self, snapshot: Snapshot | None = None) -> None:
        """Everybody is in the registry and nothing happened yet; or all is stored as it was."""
        self.outside.begin_anew()
        for key, (milliseconds, value) in (snapshot or self.beginning).items():
            self.outside.service.redis.restore(key, milliseconds, value)


def _patients_on(page: list[str]) -> list[str]:
    lines = [re.fullmatch(r"\d (\d{3}) (\d{3}) (\d{3}) (.*)", line) for line in page]
    return [f"{line[1]}{line[2]}{line[3]} {line[4]}" for line in lines if line]


def spaced(code: str) -> str:
    """A patient's number as it is written out."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"
