"""The agent's codes during a conversation: ``*7`` pauses the recording, ``*8`` lets it go on.

Where the queue's policy is to record on demand, ``*8`` begins it; the dialplan does that when this
service has spoken. The agent is told in a few words; meanwhile the caller hears silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.calls.dialplan import DONE
from ivr.flow.texts import Text
from ivr.office import Office
from recorder.pauses import RECORDING, Cause, Pauses, sidecar_of
from wire.agi.session import AgiSession

PAUSE: Final = "pause"
"""What the dialplan calls ``*7``; the other code is ``*8``."""

TAPE: Final = "VAXEL_TAPE"
"""On the agent's channel: empty before the recording begins, ``on`` while it runs or is paused."""


class RecordingCodes:
    """Serves agents in conversations (``agi://…/recording``)."""

    def __init__(self, offices: Mapping[str, Office], pauses: Pauses, prompts: AllPrompts) -> None:
        self._offices = offices
        self._pauses = pauses
        self._prompts = prompts

    async def serve(self, session: AgiSession) -> None:
        """One code. It is served when ``VAXEL_DONE`` is set; else the dialplan does what it can.

        Raises:
            AgiError: The channel is gone or failed.
            AmiError: The recording could not be paused or resumed.
        """
        environment = session.environment
        tape = await session.get_variable(TAPE) or ""
        sidecar = await sidecar_of(await session.get_variable(RECORDING) or "")
        office = self._offices.get(sidecar.org) if sidecar else None
        if office is None:
            return
        voice = AgiVoice(session, self._prompts.of(office.organisation.id))
        texts = office.organisation.texts.desk
        language = office.organisation.default_language

        async def say(text: Text) -> None:
            everyday = {"organisation": office.organisation.name, "language": language}
            await voice.play(text.utterance(language, everyday))

        # What is said comes while the recording is silent: it is not part of the conversation.
        if environment.extension == PAUSE and tape == "on":
            await self._pauses.pause(environment.channel, Cause.AGENT)
            await session.set_variable(DONE, "1")
            await say(texts.recording_paused)
        elif environment.extension == PAUSE or tape == "cut":
            await session.set_variable(DONE, "1")
            await say(texts.not_recorded)
        elif tape == "on":
            await say(texts.recording_goes_on)
            await self._pauses.resume(environment.channel, Cause.AGENT)
            await session.set_variable(DONE, "1")
        else:
            await say(texts.recording_begins)
            await session.set_variable(DONE, "1")
