"""Several people who do anything, with a provider and a clock that do anything: what the properties have in common."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.outside import DAY, Outside

ANA, BEA, EVE = "+254711111111", "+254722222222", "+254733333333"
AGREES = ("hi", "1", "1", "3", "3", "1")
"""An emergency, and a yes to check-ins: at five this afternoon, and in two days."""

OWED = ("hi", "1", "5", "3")
"""Pregnant, and no more said: in silence it is told what this justifies."""

TALK = st.sampled_from(
    ["hi", "1", "1", "2", "3", "3", "5", "0", "none", "MENU", "AGAIN", "DIARY", "thanks", "what is this", "4711",
     "I am bleeding a lot", "HELP", "JOIN 12345678 Eve", "SEEN 031 000 003 1", "STOP", "Please stop", "START", "yes"]
)  # fmt: skip
KEYS = st.sampled_from("1112233590")
PAUSES = st.sampled_from([40.0, 600.0, 1900.0, 6 * 3600.0, DAY, 3 * DAY])


@dataclass
class Phone:
    """Somebody's phone: her number, and her USSD dialog: which it is, what was keyed in and the last page."""

    number: str
    dialogs: int = 0
    keyed: str = ""
    page: str = ""
    reported: set[str] = field(default_factory=set)

    @property
    def spellings(self) -> tuple[str, ...]:
        """How gateways write her number."""
        digits = self.number[1:]
        return self.number, digits, f"+{digits[:3]} {digits[3:6]} {digits[6:]}"


class Crowd(RuleBasedStateMachine):
    """Three phones, and everything that can happen to them. A property says what each leads to."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self.outside = outside
        outside.begin_anew()
        self.phones = [Phone(number) for number in (ANA, BEA, EVE)]

    @initialize(drained=st.booleans())
    def some_are_known(self, drained: bool) -> None:
        self.outside.text(ANA, *AGREES)
        self.outside.text(BEA, *OWED)
        if drained:
            self.outside.drain()

    @rule(who=st.integers(0, 2), words=TALK, spelling=st.integers(0, 2))
    def text(self, who: int, words: str, spelling: int) -> None:
        phone = self.phones[who]
        self.texts(phone, words)
        assert self.outside.text(phone.spellings[spelling], words) == 200

    @rule(who=st.integers(0, 2))
    def dial(self, who: int) -> None:
        phone = self.phones[who]
        self.dials(phone)
        phone.dialogs, phone.keyed = phone.dialogs + 1, ""
        self._show(phone)

    @rule(who=st.integers(0, 2), key=KEYS)
    def press(self, who: int, key: str) -> None:
        phone = self.phones[who]
        if not phone.page.startswith("CON"):
            return
        before = phone.page
        phone.keyed = f"{phone.keyed}*{key}" if phone.keyed else key
        self._show(phone)
        self.pressed(phone, before, key)

    @rule(who=st.integers(0, 2))
    def signal_is_lost(self, who: int) -> None:
        phone = self.phones[who]
        if phone.page.startswith("CON"):
            phone.page = ""
            self.outside.hang_up(phone.number, f"{phone.number} {phone.dialogs}")

    def _show(self, phone: Phone) -> None:
        phone.page = self.outside.key(phone.number, phone.keyed, f"{phone.number} {phone.dialogs}")

    @rule(
        who=st.integers(0, 2),
        spelling=st.integers(0, 2),
        what=st.sampled_from(["delivered", "30003", "21610"]),
        data=st.data(),
    )
    def report(self, who: int, spelling: int, what: str, data: st.DataObject) -> None:
        phone = self.phones[who]
        open = [message for message in self.outside.messages(phone.number) if message["sid"] not in phone.reported]
        if not open:
            return
        message = data.draw(st.sampled_from(open))
        phone.reported.add(message["sid"])
        self.reports(phone, message, what)
        status, code = (what, "") if what == "delivered" else ("undelivered", what)
        self.outside.report({**message, "To": phone.spellings[spelling]}, status, code)

    @rule()
    def drain(self) -> None:
        self.outside.drain()

    @rule()
    def sweep(self) -> None:
        self.outside.sweep()

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: float) -> None:
        self.outside.elapse(seconds)

    @rule(seconds=PAUSES)
    def nothing_runs_for_a_while(self, seconds: float) -> None:
        self.outside.later(seconds)

    def texts(self, phone: Phone, words: str) -> None:
        """She is about to text this."""

    def dials(self, phone: Phone) -> None:
        """She is about to dial."""

    def pressed(self, phone: Phone, before: str, key: str) -> None:
        """She pressed a key at the page `before`."""

    def reports(self, phone: Phone, message: dict[str, str], what: str) -> None:
        """The provider is about to report on a message: that it was delivered, or with a code that it was not."""


def often(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
