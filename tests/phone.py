"""A phone in a deployment, used as :class:`tests.talk.Talk` is: by webhooks, with what its provider delivers to it."""

from dataclasses import dataclass, field

from sms_triage.triage.wording.locale import Locales
from tests.outside import Outside
from tests.talk import Told

NUMBER = "+254700000001"


@dataclass
class Phone:
    """Her phone. What the last thing she did led to stands in `told`; how it was marked nobody sees from here."""

    outside: Outside
    channel: str = "sms"
    told: list[Told] = field(default_factory=list)
    dialogs: int = 0
    keyed: str = ""

    @property
    def locales(self) -> Locales:
        return self.outside.service.locales

    def text(self, words: str) -> None:
        before = self._delivered()
        assert self.outside.text(NUMBER, words) == 200
        self._tell(before)

    def dial(self, *inputs: str) -> None:
        self.channel, self.dialogs = "ussd", self.dialogs + 1
        self._key("*".join(inputs))

    def press(self, keys: str) -> None:
        self._key(f"{self.keyed}*{keys}" if self.keyed else keys)

    def hang_up(self) -> None:
        before = self._delivered()
        assert self.outside.hang_up(NUMBER, f"AT{self.dialogs}") == 200
        self._tell(before)

    def wait(self, seconds: float) -> None:
        """Lets time pass; whatever is due in it is done when it is due."""
        before, until = self._delivered(), self.outside.time.at + seconds
        while (due := self.outside.service.store.next_due()) is not None and due <= until:
            self._go_on(max(due, self.outside.time.at))
        self._go_on(until)
        self._tell(before)

    def _go_on(self, at: float) -> None:
        self.outside.idle(at - self.outside.time.at)
        self.outside.later(at - self.outside.time.at)

    def _key(self, keyed: str) -> None:
        self.keyed, before = keyed, self._delivered()
        page = self.outside.key(NUMBER, keyed, f"AT{self.dialogs}")
        self._tell(before, Told(page.removeprefix("CON ").removeprefix("END "), shown=True))

    def _delivered(self) -> int:
        return len(self.outside.delivered(NUMBER))

    def _tell(self, before: int, *shown: Told) -> None:
        self.outside.drain()
        self.told = [*shown, *(Told(text) for text in self.outside.delivered(NUMBER)[before:])]
