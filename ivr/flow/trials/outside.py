"""What a test takes as given of the world outside the tree: services, telephones, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import Field, PlainValidator

from ivr.flow.faults import Strict
from ivr.flow.memory_world import MemoryWorld
from ivr.flow.nodes.split import Split
from ivr.flow.pins import KnownPins, Pins
from ivr.flow.tree import Tree
from ivr.flow.trials.words import OneOf, Several, native
from ivr.flow.vocabulary import (
    AgentNumber,
    AnnouncementName,
    Identifier,
    LanguageTag,
    QueueName,
    Table,
    Target,
)
from ivr.flow.world import Announced, QueueFigure, Remembered, TransferOutcome

if TYPE_CHECKING:
    from ivr.flow.memory import MemoryCall

_LONG: Final = timedelta(days=1)


def _json(value: object) -> object:
    """An answer as JSON has it: whole digits are numbers, ``true`` and ``false`` are truths."""
    if isinstance(value, Mapping):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    if value in ("true", "false"):
        return value == "true"
    return native(value) if isinstance(value, str) else value


def _outcome(yes: str, no: str, what: str) -> Any:
    return Annotated[str, OneOf.these([yes, no], what)]


Answer: TypeAlias = Annotated[Any, PlainValidator(_json, json_schema_input_type=Any)]
Talk: TypeAlias = Annotated[str, OneOf.these(TransferOutcome, "a way for a transfer to end")]
Figure: TypeAlias = Annotated[str, OneOf.these(QueueFigure, "a figure of a queue")]
Sent: TypeAlias = Annotated[str, OneOf.these(["sent", "failed"], "“sent” or “failed”")]
Ears: TypeAlias = Annotated[str, OneOf.these(["there", "away"], "“there” or “away”")]
Promise: TypeAlias = Annotated[str, OneOf.these(["promised", "refused"], "“promised” or “refused”")]
Room: TypeAlias = Annotated[str, OneOf.these(["open", "closed"], "“open” or “closed”")]
Done: TypeAlias = Annotated[str, OneOf.these(["done", "failed"], "“done” or “failed”")]


class Outside(Strict):
    """What is so outside the tree. Left out, nothing answers there and nothing is sent.

    Attributes:
        http: What web services answer, by the beginning of the address.
        transfers: How transfers end, by target: ``talked``, ``no_answer``, ``busy``.
        announcements: Those that are switched on.
        switching: Whether announcements can be switched.
        figures: Live figures of queues.
        speech: Whether somebody listens to voices, or is ``away``.
        sms: Whether text messages are taken.
        callbacks: Whether a caller who is to be called back has it their way.
        rooms: Whether conferences can be joined, or are ``closed``.
        desk: Whether the caller is an agent who proves it, or is sent away: ``closed``.
        known: Whether the caller's number has called before.
        remembered: The language that is kept of the caller.
        last_agent: The agent who talked to the caller last, as far as that is kept.
        pins: The right PINs, by name.
        splits: The node that a split leads to, by the split's own node; the first one of those
            that are left out.
    """

    http: Table[str, Answer] = Field(default_factory=dict)
    transfers: Table[str, Talk] = Field(default_factory=dict)
    announcements: Several[AnnouncementName] | None = None
    switching: Done = "done"
    figures: Table[QueueName, Table[Figure, int]] = Field(default_factory=dict)
    speech: Ears = "there"
    sms: Sent = "failed"
    callbacks: Promise = "refused"
    rooms: Room = "closed"
    desk: Room = "closed"
    known: bool = False
    remembered: LanguageTag = ""
    last_agent: AgentNumber = ""
    pins: Table[Identifier, str] = Field(default_factory=dict)
    splits: Table[Target, Target] = Field(default_factory=dict)

    def furnish(self, world: MemoryWorld, call: MemoryCall) -> None:
        """Let the world of a call be so."""
        world.web.update(self.http)
        for target, outcome in self.transfers.items():
            world.transfers[target] = TransferOutcome(outcome)
        for name in self.announcements or ():
            world.announcements[name] = (Announced(), call.now() + _LONG)
        for queue, figures in self.figures.items():
            world.figures[queue] = {QueueFigure(name): held for name, held in figures.items()}
        call.speech = self.speech == "there"
        world.switches = self.switching == "done"
        world.texts_go = self.sms == "sent"
        world.calls_back = self.callbacks == "promised"
        world.rooms_open = self.rooms == "open"
        world.agent = self.last_agent
        world.desk_open = self.desk == "open"
        world.remembered = Remembered(self.known or bool(self.remembered), self.remembered)

    def judge_of_pins(self) -> Pins:
        """Who knows the PINs."""
        return KnownPins({str(name): pin for name, pin in self.pins.items()})

    def draw(self, tree: Tree, node: str) -> float:
        """What a split at ``node`` draws, so that it goes the way that the test wants."""
        split = tree.nodes.get(node)
        if not isinstance(split, Split):
            return 0.0
        wanted, behind = self.splits.get(Target(node)), 0.0
        for way in split.split:
            share = float(way.share) / 100
            if wanted is None or way.goto == wanted:
                return behind + share / 2
            behind += share
        return 0.0
