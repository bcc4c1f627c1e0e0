"""The events of an organisation: its call trees, what it announces to all."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import BEFORE, SWITCHING, VERSION, WHO
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, TEXT, Texts, words, words_of
from store.events import EventType
from store.tree_models import ChangeKind


def kinds() -> Iterator[Kind]:
    """All of them."""
    group = Group.ORGANISATION
    yield Kind(
        EventType.ANNOUNCEMENT_SWITCHED,
        group,
        "A supervisor has switched what every caller hears, by command or by telephone.",
        (
            SWITCHING,
            Field("name", TEXT, "Of the announcement."),
            Field("turn", words("on", "off"), "Which way."),
            Field(
                "until", INSTANT, "When it goes off by itself, of one that is on.", required=False
            ),
            Field("recorded", words("yes"), "It is said by a person's voice.", required=False),
            WHO,
        ),
    )
    yield Kind(
        EventType.TREES_CHANGED,
        group,
        "New calls get other call trees; calls that go keep theirs.",
        (
            VERSION,
            BEFORE,
            WHO,
            Field("how", words_of(ChangeKind), "What led to it."),
            Field("files", Texts(), "What has changed.", required=False),
        ),
    )
    yield Kind(
        EventType.TREES_RETIRED,
        group,
        "The organisation is served no longer.",
        (BEFORE, WHO),
    )
    yield Kind(
        EventType.TREES_REFUSED,
        group,
        "What was saved is not right; new calls get what was there before.",
        (
            Field("version", TEXT, "Of what was saved, where it can be told.", required=False),
            BEFORE,
            Field("problem", TEXT, "A sentence that tells what is wrong."),
        ),
    )
