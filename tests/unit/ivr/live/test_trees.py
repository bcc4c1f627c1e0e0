"""What calls get while files are saved, right ones and wrong ones."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.live import trees as module
from ivr.live.model import Outcome
from ivr.live.survey import Survey, survey
from ivr.platform.errors import RetirementRefused
from media.errors import PromptFailed
from store.events import EventType
from store.tree_models import ChangeKind
from tests.unit.flow.trees import write
from tests.unit.ivr.live.house import GREETING, NOW_MS, House, spoken

pytestmark = pytest.mark.unit


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Two towns."""
    return House(tmp_path, north="100", south="200")


async def test_what_is_there_at_the_start_is_noted_and_is_no_change(house: House) -> None:
    told = await house.trees.glance()
    assert told.outcome is Outcome.UNCHANGED
    assert house.adopted == []
    assert [(one.org, one.how, one.event) for one in house.book.entries] == [
        ("north", ChangeKind.STARTED, None),
        ("south", ChangeKind.STARTED, None),
    ]


async def test_a_saved_text_is_for_the_next_call_and_not_for_one_that_runs(house: House) -> None:
    running = house.tree("100")
    house.say("north", "good evening", "100")

    told = await house.trees.glance()

    assert told.outcome is Outcome.CHANGED
    assert house.heard("100") == "good evening"
    assert spoken(running) == "hello"
    assert running.version != house.tree("100").version


async def test_only_the_organisation_that_changed_has_a_new_version(house: House) -> None:
    before = dict(house.trees.served)
    house.now_ms += 5000
    house.say("north", "good evening", "100")

    told = await house.trees.glance()

    assert set(told.changed) == {"north"}
    served = house.trees.served
    assert served["south"].part.version == before["south"].part.version
    assert (served["north"].since_ms, served["south"].since_ms) == (NOW_MS + 5000, NOW_MS)


async def test_a_change_is_noted_with_who_what_and_the_version_before(house: House) -> None:
    before = house.tree("100").version
    house.say("north", "good evening", "100")

    await house.trees.reload("alva", ChangeKind.ASKED)

    entry = house.book.entries[-1]
    assert entry.event is not None
    assert (entry.event.type, entry.who, entry.how) == (EventType.TREES_CHANGED, "alva", "asked")
    assert entry.event.fields["files"] == "north/tree.yaml"
    assert entry.event.fields["before"] == before[:12]
    assert entry.files is not None
    assert b"good evening" in entry.files["north/tree.yaml"]


async def test_who_saved_a_file_is_its_owner(house: House) -> None:
    house.say("north", "good evening", "100")
    await house.trees.glance()
    assert house.book.entries[-1].who == (house.root / "north" / "tree.yaml").owner()


async def test_what_is_new_to_hear_is_spoken_before_a_call_may_hear_it(house: House) -> None:
    house.say("north", "good evening", "100")
    await house.trees.glance()
    assert house.rendered == ["good evening"]


async def test_a_text_that_cannot_be_spoken_is_refused(house: House) -> None:
    house.fault = PromptFailed("key", "en", "the disk is full")
    house.say("north", "good evening", "100")

    told = await house.trees.glance()

    assert told.outcome is Outcome.REFUSED
    assert "the disk is full" in told.refused["north"]
    assert house.heard("100") == "hello"


async def test_a_broken_file_leaves_the_version_before_and_is_told_by_its_place(
    house: House,
) -> None:
    house.spoil("north")

    told = await house.trees.glance()

    assert told.outcome is Outcome.REFUSED
    assert "tree.yaml:4:45: error: no node is named “edn”; did you mean" in told.refused["north"]
    assert house.heard("100") == "hello"
    assert house.adopted == []
    assert house.trees.reloads[Outcome.REFUSED] == 1
    assert house.book.events == [(EventType.TREES_REFUSED, "north")]


async def test_a_broken_file_holds_up_no_other_organisation(house: House) -> None:
    house.spoil("north")
    house.say("south", "good morning", "200")

    told = await house.trees.glance()

    assert (set(told.changed), set(told.refused)) == ({"south"}, {"north"})
    assert (house.heard("100"), house.heard("200")) == ("hello", "good morning")


async def test_a_refusal_is_told_once_however_often_it_is_looked_at(house: House) -> None:
    house.spoil("north")
    for _ in range(3):
        await house.trees.glance()
        await house.trees.reload()
    assert house.book.events == [(EventType.TREES_REFUSED, "north")]


async def test_a_corrected_file_is_served_and_refused_no_longer(house: House) -> None:
    house.spoil("north")
    await house.trees.glance()
    house.say("north", "sorry", "100")

    told = await house.trees.glance()

    assert (told.outcome, told.refused) == (Outcome.CHANGED, {})
    assert house.heard("100") == "sorry"


async def test_a_change_that_is_taken_back_needs_nothing(house: House) -> None:
    house.spoil("north")
    await house.trees.glance()
    house.say("north", "hello", "100")

    told = await house.trees.glance()

    assert (told.outcome, told.refused) == (Outcome.UNCHANGED, {})


async def test_a_new_organisation_is_served_at_once(house: House) -> None:
    house.settle("west", "300")
    told = await house.trees.glance()
    assert set(told.changed) == {"west"}
    assert house.heard("300") == "hello"
    assert set(house.adopted[-1].organisations) == {"north", "south", "west"}


async def test_a_new_organisation_with_a_slip_is_told_by_its_folder(house: House) -> None:
    house.settle("west", "300")
    house.spoil("west")
    told = await house.trees.glance()
    assert set(told.refused) == {"west"}
    assert house.trees.find("300") is None


async def test_an_organisation_whose_files_are_gone_is_served_on(house: House) -> None:
    shutil.rmtree(house.root / "north")

    told = await house.trees.glance()

    assert "vaxel trees retire north" in told.refused["north"]
    assert house.heard("100") == "hello"


async def test_a_retired_organisation_takes_no_new_call_and_its_number_is_free(
    house: House,
) -> None:
    shutil.rmtree(house.root / "north")
    house.say("south", "good morning", "100")
    told = await house.trees.glance()
    assert "vaxel trees retire north" in told.refused["south"]
    assert house.heard("100") == "hello"

    told = await house.trees.retire("north", "alva")

    assert (set(told.changed), told.refused) == ({"south"}, {})
    assert house.heard("100") == "good morning"
    assert set(house.adopted[-1].organisations) == {"south"}
    event = next(one.event for one in house.book.entries if one.org == "north" and one.event)
    retired = house.book.entries[-2].event
    assert event.type is EventType.TREES_REFUSED
    assert retired is not None
    assert (retired.type, retired.fields["who"]) == (EventType.TREES_RETIRED, "alva")

    house.settle("north", "300")
    assert set((await house.trees.glance()).changed) == {"north"}


async def test_an_organisation_whose_files_are_there_is_not_retired(house: House) -> None:
    house.spoil("north")
    for org, why in (("north", "move them away"), ("south", "move them away"), ("sout", "south")):
        with pytest.raises(RetirementRefused, match=why):
            await house.trees.retire(org, "alva")
    assert set(house.trees.served) == {"north", "south"}


async def test_when_all_files_are_gone_everybody_is_served_on(house: House) -> None:
    shutil.rmtree(house.root)
    told = await house.trees.glance()
    assert set(told.refused) == {"north", "south"}
    assert (house.heard("100"), house.heard("200")) == ("hello", "hello")


async def test_an_organisation_that_calls_itself_otherwise_waits_for_a_restart(
    house: House,
) -> None:
    file = house.root / "north" / "organisation.yaml"
    file.write_text(file.read_text().replace("id: north", "id: nord"))

    told = await house.trees.glance()

    assert set(told.refused) == {"north", "nord"}
    assert house.tree("100").organisation.id == "north"


async def test_a_number_is_not_taken_from_an_organisation_that_stays_as_it_was(
    house: House,
) -> None:
    house.say("north", "moved", "101")
    house.spoil("north")
    house.say("south", "mine now", "100")

    told = await house.trees.glance()

    assert told.refused["south"].startswith("The number 100 is still answered by north")
    assert (house.heard("100"), house.heard("200")) == ("hello", "hello")


async def test_a_number_that_two_claim_is_refused_to_the_one_that_is_new(house: House) -> None:
    house.say("south", "mine too", "100")
    told = await house.trees.glance()
    assert set(told.refused) == {"south"}
    assert (house.heard("100"), house.heard("200")) == ("hello", "hello")


async def test_a_number_moves_between_organisations_when_both_are_right(house: House) -> None:
    house.say("north", "moved", "101")
    house.say("south", "mine now", "100")
    told = await house.trees.glance()
    assert told.refused == {}
    assert house.tree("100").organisation.id == "south"
    assert house.trees.find("200") is None


async def test_a_tree_takes_anothers_place_when_its_time_comes_and_nobody_reloads(
    house: House,
) -> None:
    house.now_ms = round(datetime(2026, 12, 23, 22, 59, 59, tzinfo=UTC).timestamp() * 1000)
    write(
        house.root / "north",
        "christmas.yaml",
        "replaces: tree\nfrom: 2026-12-24T00:00\nuntil: 2026-12-27T00:00\nstart: a\n"
        "nodes:\n  a: {say: {sv: God jul, en: merry Christmas}, then: end}\n  end: {hang_up: }\n",
    )
    await house.trees.glance()
    running = house.tree("100")

    house.now_ms += 1000  # midnight in Stockholm

    assert house.heard("100") == "merry Christmas"
    assert spoken(running) == "hello"
    assert "merry Christmas" in house.rendered


async def test_what_all_stand_on_is_part_of_everybodys_version(house: House) -> None:
    before = {org: one.part.version for org, one in house.trees.served.items()}
    write(house.root / "shared", "greeting.yaml", GREETING)

    await house.trees.glance()

    after = {org: one.part.version for org, one in house.trees.served.items()}
    assert all(before[org] != after[org] for org in before)


async def test_files_that_are_saved_while_they_are_read_are_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        module, "survey", lambda root: Survey(survey(root).files, {}, {}, (), settled=False)
    )
    house.say("north", "good evening", "100")
    assert (await house.trees.glance()).outcome is Outcome.UNSETTLED
    monkeypatch.undo()
    assert (await house.trees.glance()).outcome is Outcome.CHANGED


async def test_reloads_at_once_are_one_after_the_other(house: House) -> None:
    house.say("north", "good evening", "100")
    told = await asyncio.gather(*(house.trees.reload() for _ in range(5)))
    assert [one.outcome for one in told] == [Outcome.CHANGED, *[Outcome.UNCHANGED] * 4]
    assert len(house.adopted) == 1
