"""A city's base under its organisations: what is in effect, and where a problem is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ivr.flow.errors import TreesInvalidError
from ivr.flow.load import check, load_all, load_organisation
from ivr.flow.organisation import Organisation
from tests.unit.flow.trees import END, ORGANISATION, TEXTS, Found, write

pytestmark = pytest.mark.unit

OWN = "id: town\nname: Town Hall\n"
BASE = f"time_zone: Europe/Stockholm\nlanguages: [sv, en]\n{TEXTS}"


def town(folder: Path, base: str, own: str = OWN) -> Organisation:
    write(folder, "base.yaml", base)
    write(folder / "town", "organisation.yaml", own)
    return load_organisation(folder / "town")


def problems(folder: Path, base: str, own: str = OWN) -> Found:
    """What is found; the marks are all in one of the two files, and so must the problems be."""
    in_base = write(folder, "base.yaml", base)
    in_own = write(folder / "town", "organisation.yaml", own)
    found = Found(tuple(check(folder).problems), in_base or in_own)
    file = "base.yaml" if in_base else "organisation.yaml"
    assert {problem.file.name for problem in found.problems} <= {file}
    return found


def test_an_organisation_of_two_lines_has_the_rest_from_the_base(tmp_path: Path) -> None:
    organisation = town(tmp_path, BASE)
    assert (organisation.id, organisation.languages) == ("town", ("sv", "en"))
    assert organisation.texts.no_key.root["en"].source == "no_key en"


def test_mappings_are_merged_and_the_rest_replaced(tmp_path: Path) -> None:
    base = (
        BASE + "hours:\n  office: {weekly: {mon: 08:00-12:00, tue: [08:00-09:00, 10:00-11:00]}}\n"
    )
    own = (
        OWN + "hours: {office: {weekly: {tue: 12:00-13:00}}, night: {weekly: {sun: 01:00-02:00}}}\n"
        "texts: {no_key: {sv: tyst}}\n"
    )
    organisation = town(tmp_path, base, own)
    weekly = organisation.hours["office"].weekly
    assert {day: len(spans) for day, spans in weekly.items()} == {"mon": 1, "tue": 1}
    assert weekly["tue"][0].start == 12 * 60
    assert set(organisation.hours) == {"office", "night"}
    texts = organisation.texts.no_key.root
    assert (texts["sv"].source, texts["en"].source) == ("tyst", "no_key en")


def test_a_key_with_nothing_behind_it_takes_away_what_the_base_says(tmp_path: Path) -> None:
    base = BASE + "pauses: {1: {key: lunch, say: {sv: lunch, en: lunch}}}\n"
    assert not town(tmp_path, base, OWN + "pauses:\n").pauses
    assert town(tmp_path, base).pauses


def test_languages_that_an_organisation_does_not_declare_are_left_out(tmp_path: Path) -> None:
    organisation = town(tmp_path, BASE, OWN + "languages: [en]\n")
    assert set(organisation.texts.no_key.root) == {"en"}


def test_a_level_of_a_language_that_only_agents_speak_is_no_text(tmp_path: Path) -> None:
    base = BASE + (
        "skills: {language: [sv, da]}\nqueues: {support: {}}\n"
        "agents: {4001: {name: Alva, queues: [support], skills: {language: {da: 2}}}}\n"
    )
    agents = town(tmp_path, base).agents
    assert agents["4001"].levels == {"language.da": 2}


def test_each_queue_has_the_defaults_that_it_does_not_override(tmp_path: Path) -> None:
    base = BASE + "queue_defaults: {ring: 9 s, recording: {when: never, keep: 30 days}}\n"
    own = OWN + "queues:\n  a: {}\n  b: {ring: 12 s, recording: {when: always}}\n"
    queues = town(tmp_path, base, own).queues
    assert (queues["a"].ring_seconds, queues["b"].ring_seconds) == (9, 12)
    policies = [
        (queue.recording.when.value, queue.recording.keep_days) for queue in queues.values()
    ]
    assert policies == [("never", 30), ("always", 30)]


def test_a_value_of_the_base_is_told_in_the_base_and_once_for_all(tmp_path: Path) -> None:
    write(tmp_path / "other", "organisation.yaml", "id: other\nname: Other\n")
    found = problems(tmp_path, BASE.replace("Europe/Stockholm", "«Europe/Stokholm"))
    assert (found.places, found.messages) == (
        found.marked,
        ["no time zone is named “Europe/Stokholm”"],
    )
    assert found.advice[0].endswith(
        f"needed by {tmp_path}/other/organisation.yaml",
    )


def test_a_value_of_the_organisation_is_told_there(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE, OWN + "texts: {queue: {next: {en: «'{{ x }}'}}}\n")
    assert (found.places, found.messages) == (found.marked, ["no variable is named “x”"])


def test_a_language_that_the_base_does_not_speak_is_told_at_the_texts(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    write(tmp_path / "town", "organisation.yaml", OWN + "languages: [sv, en, fi]\n")
    found = check(tmp_path).problems
    assert {one.message for one in found} == {"the text is missing in Finnish (fi)"}
    assert {one.file.name for one in found} == {"base.yaml"}


@pytest.mark.parametrize("key", ["id", "name"])
def test_what_belongs_to_one_organisation_cannot_stand_in_the_base(
    tmp_path: Path, key: str
) -> None:
    found = problems(tmp_path, f"«{key}: x\n{BASE}", OWN)
    assert (found.places, found.messages) == (
        found.marked,
        [f"“{key}” belongs to one organisation"],
    )


def test_an_unknown_key_of_the_base_names_the_nearest(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE + "«queue_default: {}\n")
    assert (found.places, found.messages) == (found.marked, ["“queue_default” is not known here"])
    assert found.advice[0].startswith("did you mean “queue_defaults”?")


@pytest.mark.parametrize("base", ["[", "a: b: c", "- x\n", "text\n", ""])
def test_a_broken_base_raises_no_false_errors_in_organisations_and_trees(
    tmp_path: Path, base: str
) -> None:
    (tmp_path / "base.yaml").write_text(base)
    write(tmp_path / "town", "organisation.yaml", OWN)
    nodes = f"  a: {{queue: q, then: end, on_nobody: end}}\n{END}"
    write(tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: a\nnodes:\n{nodes}")
    assert [problem.file.name for problem in check(tmp_path).problems] == ["base.yaml"]


def test_one_organisations_own_folder_finds_the_base_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    write(tmp_path / "town", "organisation.yaml", OWN)
    checked = check(tmp_path / "town")
    assert checked.catalogue is not None
    assert checked.files == 2


def test_without_a_base_nothing_is_missed(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    assert load_all(tmp_path).organisations["town"].name == "Town Hall"


def test_a_base_that_is_a_dangling_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").symlink_to("nowhere")
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    with pytest.raises(TreesInvalidError, match="the file cannot be read"):
        load_all(tmp_path)


HOLIDAYS = "holidays: {country: SE, also: [12-23, 2026-05-15], not: [2026-06-06]}\n"
HOURS = """hours:
  office: {weekly: {mon-sun: 08:00-17:00}, exceptions: {2026-12-26: 10:00-11:00}}
  always: {weekly: {mon-sun: 08:00-17:00}, holidays: open}
  short: {weekly: {mon-sun: 08:00-17:00}, holidays: 08:00-12:00}
"""


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-12-22T13:00", {"office", "always", "short"}),
        ("2026-12-25T13:00", {"always"}),
        ("2026-12-25T09:00", {"always", "short"}),
        ("2026-12-26T10:30", {"office", "always", "short"}),  # an exception is nearer
        ("2027-12-23T13:00", {"always"}),  # every year
        ("2026-05-15T13:00", {"always"}),
        ("2027-05-15T13:00", {"office", "always", "short"}),
        ("2026-06-06T13:00", {"office", "always", "short"}),
        ("2026-06-19T13:00", {"always"}),  # the eve of midsummer
    ],
)
def test_hours_keep_the_holidays_of_the_base(tmp_path: Path, when: str, is_open: set[str]) -> None:
    organisation = town(tmp_path, BASE + HOLIDAYS, OWN + HOURS)
    zone = organisation.time_zone
    now = datetime.fromisoformat(when).replace(tzinfo=zone)
    assert {name for name, one in organisation.hours.items() if one.open_at(now, zone)} == is_open


@pytest.mark.parametrize(
    ("holidays", "message"),
    [
        ("{country: «Sweden}", "the holidays of “Sweden” are not known"),
        ("{country: DE, region: «BX}", "DE has no part “BX” with holidays of its own"),
        ("{country: SE, also: [«24/12]}", "“24/12” is not a date"),
        ("{country: SE, not: [«02-30]}", "“2024-02-30” is not a date"),
        ("«{also: []}", "“country” is missing"),
    ],
)
def test_wrong_holidays_are_told(tmp_path: Path, holidays: str, message: str) -> None:
    found = problems(tmp_path, BASE + f"holidays: {holidays}\n")
    assert found.messages == [message]
    if not message.endswith("missing"):
        assert found.places == found.marked
