"""One call of a supervisor: beside what agents hear too there are words for who leads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.agi_call import AllPrompts
from ivr.desk_visit import Visit
from ivr.flow.supervision import SupervisionTexts
from ivr.office import Office
from wire.agi.session import AgiSession


class SupervisorsVisit(Visit):
    """The call; first of all it comes to an organisation that has those words.

    Attributes:
        session: Its channel.
        words: What supervisors hear, by the organisation that speaks.
    """

    words: SupervisionTexts

    def __init__(
        self,
        session: AgiSession,
        prompts: AllPrompts,
        phone: str,
        offices: Mapping[str, Office],
        clock: Callable[[], int],
    ) -> None:
        super().__init__(session, prompts, phone, offices, clock)
        self.session = session

    def come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does; the words stay where it has none."""
        super().come_to(office)
        if (words := office.organisation.texts.supervision) is not None:
            self.words = words
