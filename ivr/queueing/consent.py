"""Whether a caller's conversation is recorded: the queue's policy, and the caller's own word."""

from __future__ import annotations

import logging
from typing import Final

from ivr.calls.agi_call import AgiCaller
from ivr.flow.errors import ExpressionError
from ivr.flow.organisation import Organisation
from ivr.flow.recording import When
from media.errors import MediaError
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

CONSENT: Final = "VAXEL_CONSENT"
"""On the caller's channel: the answer, ``yes`` or ``no``; unset before the question."""

YES: Final = "1"
ANSWER_WAIT_S: Final = 3.0
_KEYS: Final = "0123456789*#"
_AGREES: Final = "yes"


async def when_recorded(
    call: AgiCaller, queue: str, organisation: Organisation, language: str
) -> When:
    """When the caller's conversation in a queue is recorded; never ``CONSENT``.

    A caller whom the policy wants asked is asked once, whatever queues the contact comes to,
    whichever controllers serve it, and also if they are called back. Silence, any other key and a
    question that cannot be spoken are a no.

    Raises:
        AgiError: The channel is gone or failed.
    """
    when = organisation.queues[queue].recording.when
    if when is not When.CONSENT:
        return when
    agrees = await consent_given(call.session)
    if agrees is None:
        agrees = await _agrees(call, organisation, language)
        await note_consent(call.session, agrees)
    return When.ALWAYS if agrees else When.NEVER


async def consent_given(session: AgiSession) -> bool | None:
    """The caller's answer, ``None`` before the question."""
    answer = await session.get_variable(CONSENT)
    return answer == _AGREES if answer else None


async def note_consent(session: AgiSession, agrees: bool) -> None:
    """The caller has answered, in this call or in the one that it continues."""
    await session.set_variable(CONSENT, _AGREES if agrees else "no")


async def _agrees(call: AgiCaller, organisation: Organisation, language: str) -> bool:
    variables = {
        "organisation": organisation.name,
        "language": language,
        "caller": call.caller,
        "dialled": call.dialled,
    }
    try:
        question = organisation.texts.queue.consent.utterance(language, variables)
        key = await call.play(question, interrupt=_KEYS)
    except (ExpressionError, MediaError) as fault:
        logger.warning(
            "the caller cannot be asked for consent; nothing is recorded",
            extra={"contact": call.contact, "fault": fault.code},
        )
        return False
    return (key or await call.session.wait_for_digit(ANSWER_WAIT_S)) == YES
