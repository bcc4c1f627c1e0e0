from __future__ import annotations

from pathlib import Path

import pytest

from acd.model.queue import Strategy
from ivr.flow.after_call import choices_of
from ivr.flow.load import load_organisation
from ivr.flow.strategy import Strategy as Written
from ivr.queueing.joining import acd_queue
from tests.unit.flow.trees import ORGANISATION, check_organisation, write

pytestmark = pytest.mark.unit

SLIPS = {
    "bad time zone": ("Europe/Stockholm", "«Europe/Stokholm", "no time zone is named"),
    "time zone that is a folder": ("Europe/Stockholm", "«Europe", "no time zone is named"),
    "time zone outside": ("Europe/Stockholm", "«../../etc/passwd", "no time zone is named"),
    "span without minutes": ("08:00-17:00", "«8-17", "“8-17” is not a span of hours"),
    "span that ends first": ("08:00-17:00", "«17:00-08:00", "“17:00-08:00” ends before it"),
    "span after midnight": ("08:00-17:00", "«08:00-24:30", "“08:00-24:30” ends after 24:00"),
    "spans that overlap": (
        "08:00-17:00",
        "«[08:00-12:00, 11:00-17:00]",
        "two spans of this day overlap",
    ),
    "unknown day": ("mon-fri:", "«mon-fry:", "“mon-fry” is not a day of the week"),
    "days backwards": ("mon-fri:", "«fri-mon:", "“fri-mon” runs over the end of the week"),
    "day twice": (
        "{mon-fri: 08:00-17:00}",
        "{mon-fri: 08:00-17:00, «fri: 08:00-12:00}",
        "fri already has its hours by “mon-fri”",
    ),
    "bad date": (
        "{mon-fri: 08:00-17:00}",
        "{mon-fri: 08:00-17:00}\n    exceptions: {«2026-02-30: closed}",
        "“2026-02-30” is not a date",
    ),
    "unknown language": ("[sv, en]", "[sv, en, «xx]", "the language “xx” is not spoken"),
    "language twice": ("[sv, en]", "[sv, en, «en]", "“en” is given twice"),
    "unknown key": ("name: Town Hall", "name: Town Hall\n«nmae: x", "“nmae” is not known here"),
    "bad id": ("id: town", "id: «Town", "“Town” is no identifier"),
    "agent that is no number": ("4001:", "«Alva:", "“Alva” is no agent's number"),
    "agent with an unknown queue": ("[support]", "[«suport]", "no queue is named “suport”"),
    "agent with a PIN": (
        "name: Alva,",
        "name: Alva, «pin: 1234,",
        "“pin” is not known here",
    ),
    "pause code of two digits": ("  1: {key", "  «11: {key", "“11” is no code of a pause"),
    "pause with the queue's own key": (
        "key: lunch",
        "key: «not_answering",
        "“not_answering” is set by the queue itself",
    ),
    "pause key twice": (
        "pauses:\n",
        "pauses:\n  0: {key: lunch, say: {sv: x, en: x}}\n",
        "“lunch” is given twice",
    ),
    "callback at unknown hours": (
        "support: {}",
        "support: {callback: {hours: «ofice}}",
        "no opening hours are named “ofice”",
    ),
    "callback by no key": (
        "support: {}",
        "support: {callback: {key: «11}}",
        "“11” is not a key of a telephone",
    ),
    "callback every moment": (
        "support: {}",
        "support: {callback: {every: «0 s}}",
        "“0 s” is too short",
    ),
    "callback without words": (
        "support: {}",
        "support: {callback: «{after: 30 s}}",
        "nothing is written that callers would hear about it",
    ),
    "outgoing calls without words": (
        "queues:\n",
        "outgoing_calls: «{allow: [+46 8*]}\nqueues:\n",
        "nothing is written that agents would hear about their calls",
    ),
    "outgoing calls to an address": (
        "queues:\n",
        "outgoing_calls: {allow: [«sip:town@example.com]}\nqueues:\n",
        "“sip:town@example.com” cannot be dialled from an agent's phone",
    ),
    "outgoing calls to nobody": (
        "queues:\n",
        "outgoing_calls: {allow: «[]}\nqueues:\n",
        "at least one entry is needed here",
    ),
    "unknown strategy": (
        "support: {}",
        "support: {strategy: «longest_idel}",
        "“longest_idel” is no way to choose an agent",
    ),
    "the best without skills": (
        "support: {}",
        "support: {strategy: «best_skill}",
        "no skills are declared",
    ),
    "agent outside without words": (
        "queues: [support]}",
        "queues: [support], remote: «+46 70 174 06 05}",
        "nothing is written that agents outside would hear",
    ),
    "agent outside by a number without its country": (
        "queues: [support]}",
        "queues: [support], remote: «070-174 06 05}",
        "“070-174 06 05” is not the full number of a telephone",
    ),
    "result code of four digits": ("  22: {key", "  «2222: {key", "“2222” is no code of a result"),
    "result key twice": (
        "22: {key: passed_on",
        "22: {key: «resolved",
        "“resolved” is given twice",
    ),
    "queue with an unknown result": (
        "support: {}",
        "support: {results: [resolved, «pased_on]}",
        "no result is named “pased_on”",
    ),
    "wrap-up that is a word": (
        "support: {}",
        "support: {wrapup: «forever}",
        "“forever” is not a length of time",
    ),
    "ring for too long": ("support: {}", "support: {ring: «1 h}", "“1 h” is too long"),
}


@pytest.mark.parametrize(("old", "new", "message"), SLIPS.values(), ids=SLIPS)
def test_each_slip_is_told_at_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in ORGANISATION
    found = check_organisation(tmp_path, ORGANISATION.replace(old, new, 1))
    relevant = [one for one in found.problems if one.message.startswith(message)]
    assert len(relevant) == 1
    if found.marked:
        assert ((relevant[0].line, relevant[0].column),) == found.marked


def test_a_result_cannot_be_required_where_there_are_none(tmp_path: Path) -> None:
    begin, end = ORGANISATION.index("results:"), ORGANISATION.index("texts:")
    text = (ORGANISATION[:begin] + ORGANISATION[end:]).replace(
        "support: {}", "support: {result_required: «true}"
    )
    found = check_organisation(tmp_path, text)
    assert found.places == found.marked
    assert found.messages == ["there are no results that an agent could give"]


def test_a_missing_standard_text_is_told_at_the_key_that_lacks_it(tmp_path: Path) -> None:
    lacking = ORGANISATION.replace("  queue:\n", "  «queue:\n").replace(
        "    position: {sv: position sv, en: position en}\n", ""
    )
    found = check_organisation(tmp_path, lacking)
    assert (found.places, found.messages) == (found.marked, ["“position” is missing"])


def test_an_organisation_is_read_with_its_defaults(tmp_path: Path) -> None:
    write(tmp_path, "organisation.yaml", ORGANISATION)
    organisation = load_organisation(tmp_path)
    assert organisation.default_language == "sv"
    assert organisation.agents["4001"].queues == ("support",)
    assert organisation.pauses["1"].key == "lunch"
    queue = organisation.queues["support"]
    assert (queue.ring_seconds, queue.wrapup_seconds, queue.announce_every) == (20, 15, 45)


def test_a_queue_and_an_agent_may_weigh_more_than_others(tmp_path: Path) -> None:
    text = ORGANISATION.replace(
        "support: {}", "support: {strategy: weighted_random, weight: 100}"
    ).replace("name: Alva,", "name: Alva, weight: 3,")
    write(tmp_path, "organisation.yaml", text)
    organisation = load_organisation(tmp_path)
    queue = acd_queue("support", organisation)
    assert (queue.strategy, queue.weight) == (Strategy.WEIGHTED_RANDOM, 100)
    assert organisation.agents["4001"].weight == 3
    assert [one.value for one in Strategy] == [one.value for one in Written]


@pytest.mark.parametrize("weight", ["0", "101", "1.5", "heavy"])
def test_a_weight_is_a_whole_number_up_to_100(tmp_path: Path, weight: str) -> None:
    found = check_organisation(
        tmp_path, ORGANISATION.replace("support: {}", f"support: {{weight: «{weight}}}")
    )
    assert found.places == found.marked


def test_lengths_of_time_become_seconds(tmp_path: Path) -> None:
    text = ORGANISATION.replace(
        "support: {}", "support: {ring: 10 s, wrapup: 1.5 min, announce_every: 2 min}"
    )
    write(tmp_path, "organisation.yaml", text)
    queue = load_organisation(tmp_path).queues["support"]
    assert (queue.ring_seconds, queue.wrapup_seconds, queue.announce_every) == (10, 90, 120)


def test_a_wrapup_until_the_agent_is_ready_lasts_as_long_as_its_limit(tmp_path: Path) -> None:
    text = ORGANISATION.replace(
        "support: {}",
        "support: {wrapup: until_ready, wrapup_limit: 20 min}\n  fees: {wrapup: 30 min}",
    )
    write(tmp_path, "organisation.yaml", text)
    queues = load_organisation(tmp_path).queues
    support, fees = queues["support"], queues["fees"]
    assert (support.usual_wrapup_seconds, support.longest_wrapup_seconds) == (1200, 1200)
    assert (fees.usual_wrapup_seconds, fees.longest_wrapup_seconds) == (1800, 1800)


def test_a_queue_offers_its_own_results_or_all(tmp_path: Path) -> None:
    text = ORGANISATION.replace("support: {}", "support: {results: [passed_on]}\n  fees: {}")
    write(tmp_path, "organisation.yaml", text)
    organisation = load_organisation(tmp_path)
    results, queues = organisation.results, organisation.queues
    assert [one.key for one in choices_of(queues["support"], results).values()] == ["passed_on"]
    assert (
        list(choices_of(queues["fees"], results)) == list(choices_of(None, results)) == ["1", "22"]
    )


def test_no_and_octal_numbers_stay_what_was_written(tmp_path: Path) -> None:
    text = ORGANISATION.replace("Town Hall", "no").replace("4001:", "0010:")
    write(tmp_path, "organisation.yaml", text)
    organisation = load_organisation(tmp_path)
    assert organisation.name == "no"
    assert list(organisation.agents) == ["0010"]


def test_an_organisation_cannot_be_changed(tmp_path: Path) -> None:
    write(tmp_path, "organisation.yaml", ORGANISATION)
    organisation = load_organisation(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        organisation.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        organisation.queues["x"] = organisation.queues["support"]  # type: ignore[index]


def test_a_position_text_may_use_the_position_and_no_other_text_may(tmp_path: Path) -> None:
    right = ORGANISATION.replace("sv: position sv", "sv: 'plats {{ position }}'")
    assert check_organisation(tmp_path, right).problems == ()
    wrong = ORGANISATION.replace("sv: next sv", "sv: «'plats {{ position }}'")
    found = check_organisation(tmp_path, wrong)
    assert (found.places, found.messages) == (found.marked, ["no variable is named “position”"])
