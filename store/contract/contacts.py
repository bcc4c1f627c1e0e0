"""The events of a contact outside the queues."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import (
    AGENT,
    CONTACT,
    LENGTH,
    NODE,
    OUTCOME,
    QUEUE,
    QUEUE_IF,
    RANG,
    RECORDING,
    TALKED_IF,
    TREE,
    contact_kind,
)
from store.contract.kind import Field, Group, Kind
from store.contract.values import MILLISECONDS, TEXT, Whole, words
from store.events import EventType


def kinds() -> Iterator[Kind]:
    """All of them."""
    yield contact_kind(
        EventType.CONTACT_STARTED,
        Group.CONTACT,
        "A call has come in.",
        Field("caller", TEXT, "The number of the caller, if shown.", required=False, personal=True),
        Field("dialled", TEXT, "The number that was called."),
        TREE,
        Field("version", TEXT, "Of the organisation's trees: as in trees.changed."),
    )
    yield contact_kind(
        EventType.CONTACT_ENDED,
        Group.CONTACT,
        "The call is over. Its callback may go on, and its recordings are finished later.",
        Field(
            "reason",
            words(
                caller="the caller hung up",
                tree="the tree came to its end",
                failed="it could not go on",
                lost="nobody who saw the rest of it is alive to tell",
            ),
            "What ended it.",
        ),
        Field("tree", TEXT, "Name of the call tree; unknown of a lost one.", required=False),
        Field("node", TEXT, "The last node.", required=False),
        Field("language", TEXT, "BCP 47 tag of the caller's language.", required=False),
    )
    yield contact_kind(
        EventType.NODE_VISITED,
        Group.CONTACT,
        "The contact has come to a node of the tree.",
        NODE,
        TREE,
        Field("kind", TEXT, "The node's verb."),
        Field(
            "from",
            TEXT,
            "The node before; neither this nor way where a contact is taken up again.",
            required=False,
        ),
        Field(
            "way",
            TEXT,
            "Path of the arrow from there, as choices.1.goto; start at the first node.",
            required=False,
        ),
    )
    yield Kind(
        EventType.VOICEMAIL_STORED,
        Group.CONTACT,
        "A message that the caller has left is kept.",
        (
            CONTACT,
            QUEUE_IF,
            Field("mailbox", TEXT, "Whose it is."),
            RECORDING,
            LENGTH,
        ),
    )
    yield contact_kind(
        EventType.CONTACT_RESULT_GIVEN,
        Group.CONTACT,
        "The agent has said what came of the conversation, while it lasted or after it. The last "
        "one counts.",
        QUEUE,
        AGENT,
        Field("result", TEXT, "Key of one of the organisation's results."),
        Field("before", TEXT, "The result that it replaces.", required=False),
        Field("by", TEXT, "Name of the token, where a program gave it.", required=False),
    )
    yield contact_kind(
        EventType.CONTACT_TRANSFERRED,
        Group.AWAY,
        "A connection to a number elsewhere is over, also by the caller's hang-up.",
        NODE,
        *(OUTCOME, RANG, TALKED_IF),
    )
    yield contact_kind(
        EventType.CONTACT_CONFERRED,
        Group.AWAY,
        "The contact has left a conference, also by the caller's hang-up.",
        NODE,
        Field("room", TEXT, "Name of the conference."),
        Field("outcome", words("joined", "failed"), "What came of it."),
        Field("stayed", MILLISECONDS, "How long, where the contact joined.", required=False),
    )
    yield contact_kind(
        EventType.SPEECH_HEARD,
        Group.ANSWERS,
        "A voice was listened to. What it said is not told.",
        NODE,
        Field(
            "outcome",
            words(
                match="one of the phrases, or words where anything may be said",
                no_match="none of the phrases, or no words, for sure",
                silence="nothing",
                away="nobody was there to listen: keys alone counted",
            ),
            "What was heard.",
        ),
        Field("engine", TEXT, "Who listened.", required=False),
    )
    asked = (
        *(CONTACT, NODE),
        Field("survey", TEXT, "Name of the survey."),
        Field("question", TEXT, "Id of the question."),
    )
    yield Kind(
        EventType.SURVEY_ASKED,
        Group.ANSWERS,
        "A question of a survey is put to the caller; told once, however often it is repeated.",
        asked,
    )
    yield Kind(
        EventType.SURVEY_ANSWERED,
        Group.ANSWERS,
        "A question of a survey has an answer. One that is passed over has none.",
        (
            *asked,
            Field("score", Whole(least=1, most=5), "Of an answer by number.", required=False),
            Field(
                "duration",
                MILLISECONDS,
                "Of a spoken answer, which is kept as a voicemail.",
                required=False,
            ),
        ),
        one_of=frozenset({"score", "duration"}),
    )
