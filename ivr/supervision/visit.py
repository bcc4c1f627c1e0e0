"""One call of a supervisor: beside what agents hear too there are words for who leads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.agi_call import AllPrompts
from ivr.desk_visit import Visit
from ivr.flow.supervision import SupervisionTexts
from ivr.office import Office
from wire.agi.session import AgiSession


class SupervisorsVisit(Visit):
    """The call.

    Attributes:
        session: Its channel.
        words: What supervisors hear, by the organisation that speaks.
    """

    def __init__(
        self,
        session: AgiSession,
        prompts: AllPrompts,
        phone: str,
        offices: Mapping[str, Office],
        clock: Callable[[], int],
        *,
        words: SupervisionTexts,
    ) -> None:
        super().__init__(session, prompts, phone, offices, clock)
        self.session = session
        self.words = words

    def come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does."""
        super().come_to(office)
        self.words = office.organisation.texts.supervision or self.words
