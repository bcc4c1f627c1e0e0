"""One call of a supervisor: beside what agents hear too there are words for who leads them."""

from __future__ import annotations

from ivr.desk.visit import Visit
from ivr.flow.supervision import SupervisionTexts
from ivr.office import Office


class SupervisorsVisit(Visit):
    """The call; first of all it comes to an organisation that has those words.

    Attributes:
        words: What supervisors hear, by the organisation that speaks.
    """

    words: SupervisionTexts

    def come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does; the words stay where it has none."""
        super().come_to(office)
        if (words := office.organisation.texts.supervision) is not None:
            self.words = words
