"""Offices that go on while what their files say changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from ivr.flow.load import load_all
from ivr.flow.pins import NO_PINS
from ivr.offices import Means, Offices
from ivr.settings import OutgoingSettings
from tests.unit.flow.trees import ORGANISATION, write

pytestmark = pytest.mark.unit

TREE = "start: end\nnodes:\n  end: {hang_up: }\n"
NOBODY = cast(Any, None)
MEANS = Means(
    controller="c",
    redis=NOBODY,
    database=NOBODY,
    offers=NOBODY,
    answers=NOBODY,
    attention=NOBODY,
    recorder=NOBODY,
    beep=Path("/beep"),
    outgoing=OutgoingSettings(),
    memory=lambda _org: NOBODY,
    pins=lambda _org: NO_PINS,
    around=lambda *_: NOBODY,
    clock=lambda: 0,
)


class Towns:
    """A town, its neighbour if there is one, and their offices."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.offices = Offices()

    def adopt(self, organisation: str = ORGANISATION, **neighbours: str) -> list[str]:
        for org, text in {"town": organisation, **neighbours}.items():
            write(self.root / org, "organisation.yaml", text)
            number = 100 + len(org)
            write(
                self.root / org, "a.yaml", f"numbers: ['{number}', '+46 8 465 01 {number}']\n{TREE}"
            )
        return self.offices.adopt(load_all(self.root), MEANS)


@pytest.fixture
def towns(tmp_path: Path) -> Towns:
    it = Towns(tmp_path)
    it.adopt()
    return it


def test_rules_change_and_services_stay(towns: Towns) -> None:
    before = towns.offices.all["town"]

    new = towns.adopt(ORGANISATION.replace("support: {}", "support: {ring: 9 s}"))

    after = towns.offices.all["town"]
    assert new == []
    assert after.rides.queues["support"].ring_seconds == 9
    assert before.rides.queues["support"].ring_seconds == 20, (
        "who rides keeps the rules of the ride"
    )
    assert (after.distributor, after.agents, after.stream) == (
        before.distributor,
        before.agents,
        before.stream,
    )


def test_a_queue_that_is_taken_away_moves_on_for_who_waits_in_it(towns: Towns) -> None:
    towns.adopt(ORGANISATION.replace("support", "fees"))
    assert [queue.name for queue in towns.offices.queues("town")] == ["support", "fees"]
    assert list(towns.offices.all["town"].rides.queues) == ["fees"]


def test_an_organisation_that_comes_has_all_that_the_others_have(towns: Towns) -> None:
    offices = towns.offices
    known_before, streams = offices.all, offices.streams

    assert towns.adopt(ORGANISATION, village=ORGANISATION.replace("id: town", "id: village")) == [
        "village"
    ]

    assert offices.all is known_before, "who was given it sees the newcomer"
    assert offices.streams is streams
    assert set(offices.all) == set(streams) == {"town", "village"}
    assert [one.org for one in offices.counted] == list(offices.all)
    assert len(offices.recorded) == 2
    assert offices.shown_number("village") == "+46846501107"
    assert offices.shown_number("nobody") == ""


def test_no_number_of_any_organisation_is_called(towns: Towns) -> None:
    towns.adopt(ORGANISATION, village=ORGANISATION.replace("id: town", "id: village"))
    services = cast(Any, towns.offices.all["town"].rides)._services
    assert "+46 8 465 01 107" in services.outgoing.own
