"""What the ACD refuses, one class a rule. A refused step has changed nothing."""

from __future__ import annotations

from typing import ClassVar


class AcdError(Exception):
    """Base of all. ``code`` is stable: it appears in logs and interfaces; never rename one."""

    code: ClassVar[str] = "acd"


class AcdUnavailable(AcdError):
    """Redis is away or refuses to work. Whether the step was taken may be unknown."""

    code = "acd.unavailable"

    def __init__(self, fault: str) -> None:
        super().__init__(f"Redis cannot be used ({fault}). Check that it runs: `vaxel status`.")


class StaleOffer(AcdError):
    """The offer is over: refused, expired, or its caller left. Stop ringing and ask anew."""

    code = "acd.stale_offer"

    def __init__(self, offer: str) -> None:
        super().__init__(f"Offer {offer} is no longer current. Drop it and wait for the next one.")
        self.offer = offer


class OfferNotAnswered(AcdError):
    """A conversation cannot end before it began: report the answer first, or refuse the offer."""

    code = "acd.offer_not_answered"

    def __init__(self, offer: str) -> None:
        super().__init__(f"Offer {offer} was not answered. Refuse it instead of ending it.")
        self.offer = offer


class OfferAnswered(AcdError):
    """An answered offer can no longer be refused: end the conversation instead."""

    code = "acd.offer_answered"

    def __init__(self, offer: str) -> None:
        super().__init__(f"Offer {offer} was answered. End the conversation instead.")
        self.offer = offer


class ContactBusy(AcdError):
    """This controller already has the contact in another queue or in a conversation."""

    code = "acd.contact_busy"

    def __init__(self, contact: str) -> None:
        super().__init__(f"Contact {contact} is in another queue or talks. Let it leave first.")
        self.contact = contact


class ContactConsulting(AcdError):
    """The contact's agent is asking somebody already."""

    code = "acd.contact_consulting"

    def __init__(self, contact: str) -> None:
        super().__init__(f"The agent of contact {contact} asks somebody already. End that first.")
        self.contact = contact


class TooManyLines(AcdError):
    """So many different requirements are waited with in the queue already that no more may be."""

    code = "acd.too_many_lines"

    def __init__(self, queue: str) -> None:
        super().__init__(
            f"Queue {queue} has callers with too many different requirements. "
            "Let its call trees require fewer combinations of skills and levels."
        )
        self.queue = queue


class NotWaiting(AcdError):
    """The contact has no place in a queue, or is being called back: there is nothing to keep."""

    code = "acd.not_waiting"

    def __init__(self, contact: str) -> None:
        super().__init__(f"Contact {contact} has no place to keep. Let it join a queue first.")
        self.contact = contact


class ContactUnknown(AcdError):
    """No contact that waits or talks has this id."""

    code = "acd.contact_unknown"

    def __init__(self, contact: str) -> None:
        super().__init__(f"Contact {contact} neither waits nor talks. Look who does.")
        self.contact = contact


class ContactElsewhere(AcdError):
    """The contact has come to another queue since it was looked at."""

    code = "acd.contact_elsewhere"

    def __init__(self, contact: str) -> None:
        super().__init__(f"Contact {contact} is in another queue by now. Look again.")
        self.contact = contact


class ContactOffered(AcdError):
    """An agent is reserved for the caller at this moment: no need to call back."""

    code = "acd.contact_offered"

    def __init__(self, contact: str) -> None:
        super().__init__(f"An agent is reserved for contact {contact}. Connect the two instead.")
        self.contact = contact


class CallbackOpen(AcdError):
    """The number has an open callback; a caller has one place in the line."""

    code = "acd.callback_open"

    def __init__(self, contact: str) -> None:
        super().__init__(
            f"This number is to be called back already, as contact {contact}. "
            "Cancel that first: `vaxel callbacks cancel`."
        )
        self.contact = contact


class CallbackUnknown(AcdError):
    """No open callback has this contact id."""

    code = "acd.callback_unknown"

    def __init__(self, contact: str) -> None:
        super().__init__(f"There is no open callback {contact}. List them: `vaxel callbacks list`.")
        self.contact = contact


class InvalidNumber(AcdError):
    """The number is not in the international form. It is personal, thus not in the message."""

    code = "acd.invalid_number"

    def __init__(self) -> None:
        super().__init__(
            "The number to call back is not in the international form. "
            "Give it with a plus and the country code, such as +46701740605."
        )


class NotLoggedIn(AcdError):
    """The agent is not logged in."""

    code = "acd.not_logged_in"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} is not logged in. Log in first.")
        self.agent = agent


class NoLastContact(AcdError):
    """The agent has talked to nobody since the log-in, or to somebody else since."""

    code = "acd.no_last_contact"

    def __init__(self, agent: str) -> None:
        super().__init__(f"This is not whom agent {agent} talked to last. Look who that was.")
        self.agent = agent


class NoWrapup(AcdError):
    """The agent neither wraps up nor will after the conversation of this moment."""

    code = "acd.no_wrapup"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} has no wrap-up. Only one that runs or comes grows longer.")
        self.agent = agent


class WrapupAtLimit(AcdError):
    """The wrap-up is as long as it may be."""

    code = "acd.wrapup_at_limit"

    def __init__(self, agent: str) -> None:
        super().__init__(
            f"The wrap-up of agent {agent} is at the queue's `wrapup_limit`. It cannot be longer."
        )
        self.agent = agent


class ResultOwed(AcdError):
    """The queue wants to know what came of the contact before its agent is ready again."""

    code = "acd.result_owed"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} has given no result for the last contact. Give it first.")
        self.agent = agent


class AgentBusy(AcdError):
    """The agent is being rung or talks, so a login elsewhere has to wait."""

    code = "acd.agent_busy"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} has a call on another phone. End that call first.")
        self.agent = agent


class AgentNotReady(AcdError):
    """The agent cannot be asked now: logged out, paused, with a call, or the phone is away."""

    code = "acd.agent_not_ready"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} is not ready. Ask somebody else, or hand over to a queue.")
        self.agent = agent


class PhoneBusy(AcdError):
    """Another agent is logged in at this phone and has a call there."""

    code = "acd.phone_busy"

    def __init__(self, phone: str) -> None:
        super().__init__(f"Another agent has a call at phone {phone}. Wait until it has ended.")
        self.phone = phone


class WrongPin(AcdError):
    """The PIN is wrong. ``left`` more wrong ones lock the agent."""

    code = "acd.wrong_pin"

    def __init__(self, agent: str, left: int) -> None:
        super().__init__(f"Wrong PIN for agent {agent}; {left} tries left. Try again.")
        self.agent = agent
        self.left = left


class AgentLocked(AcdError):
    """Too many wrong PINs in a row. Even the right one is refused until ``until_ms`` (epoch)."""

    code = "acd.agent_locked"

    def __init__(self, agent: str, until_ms: int) -> None:
        super().__init__(f"Agent {agent} is locked after too many wrong PINs. Try again later.")
        self.agent = agent
        self.until_ms = until_ms
