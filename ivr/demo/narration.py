"""The platform's events as sentences for whoever watches the demo."""

from __future__ import annotations

from collections.abc import Mapping

from store.events import Event, EventType

_SENTENCES = {
    EventType.CONTACT_STARTED: "{caller} calls {dialled}",
    EventType.CALL_QUEUED: "{caller} waits for {queue}",
    EventType.CALL_ANSWERED: "{caller} talks to {agent}, after {waited:.0f} s",
    EventType.CALL_ABANDONED: "{caller} gives up after {waited:.0f} s",
    EventType.CALL_REFUSED: "{agent} does not take the call ({reason})",
    EventType.VOICEMAIL_STORED: "{caller} has left a message",
    EventType.CALLBACK_REQUESTED: "{caller} keeps the place and will be called back",
    EventType.CALLBACK_DIALLED: "{caller} is called back",
    EventType.CALLBACK_ANSWERED: "{caller} talks to {agent}, called back",
    EventType.CALLBACK_MISSED: "{caller} is not reached ({reason})",
    EventType.AGENT_LOGGED_IN: "{agent} logs in",
    EventType.AGENT_LOGGED_OUT: "{agent} logs out",
    EventType.AGENT_PAUSED: "{agent} pauses ({reason})",
    EventType.RECORDING_STORED: "the recording of {caller} is stored",
}


class Narrator:
    """Knows who is who.

    Args:
        agents: Names by agent number.
    """

    def __init__(self, agents: Mapping[str, str]) -> None:
        self._agents = agents
        self._callers: dict[str, str] = {}

    def sentence(self, event: Event) -> str | None:
        """What has happened, ``None`` for what is of little interest."""
        if event.type is EventType.CONTACT_STARTED:
            self._callers[event.contact] = event.fields.get("caller", "somebody")
        if event.type is EventType.SPEECH_HEARD:
            template = "{caller} is understood" if event.fields.get("outcome") == "match" else None
        else:
            template = _SENTENCES.get(event.type)
        return template and template.format(
            caller=self._callers.get(event.contact, "a caller"),
            agent=self._agents.get(event.agent, event.agent),
            queue=event.queue,
            waited=(event.milliseconds("waited") or 0) / 1000,
            dialled=event.fields.get("dialled", ""),
            reason=event.fields.get("reason", ""),
        )
