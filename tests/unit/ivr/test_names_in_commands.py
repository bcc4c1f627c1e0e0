"""What the names in a command mean, and what is said of one that means nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ivr import cli
from ivr.cli.names import ORG, ORG_OPTION, find_organisation, one_of, require
from ivr.settings import Settings
from tests.unit.flow.trees import DEMO, ORGANISATION, write

pytestmark = pytest.mark.unit

TOWNS = {"north": 1, "south": 2}


@pytest.mark.parametrize(
    ("organisations", "name", "found"),
    [(TOWNS, "south", 2), ({"north": 1}, "north", 1), ({"north": 1}, "", 1)],
)
def test_an_organisation_is_the_named_one_or_the_only_one(
    organisations: Mapping[str, int], name: str, found: int
) -> None:
    assert one_of(organisations, name, ORG_OPTION) == found


@pytest.mark.parametrize(
    ("organisations", "name", "told"),
    [
        (TOWNS, "nort", "no organisation is named “nort”; did you mean “north”?"),
        (TOWNS, "moon", "no organisation is named “moon”; known: north, south"),
        ({"north": 1}, "moon", "no organisation is named “moon”; known: north"),
        (TOWNS, "", "say which organisation; known: north, south"),
        ({}, "moon", "no organisation is named “moon”; none is defined"),
    ],
)
def test_what_names_none_is_told_with_what_would(
    organisations: Mapping[str, int], name: str, told: str
) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        one_of(organisations, name, ORG)
    assert (refused.value.message, refused.value.param_hint) == (told, ORG)


def test_something_else_is_told_likewise() -> None:
    require("queue", "fees", ("fees", "support"), "--queue")
    with pytest.raises(typer.BadParameter, match="“feees”; did you mean “fees”"):
        require("queue", "feees", ("fees", "support"), "--queue")


@pytest.mark.parametrize("folder", ["town", "another-name"])
def test_an_installation_knows_an_organisation_by_its_id(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder, "organisation.yaml", ORGANISATION)
    settings = Settings(trees=tmp_path)
    assert find_organisation(settings, "town", ORG).id == "town"
    assert find_organisation(settings, "", ORG_OPTION).id == "town"


@pytest.mark.parametrize(
    "command",
    [
        "announcements list dmo",
        "callbacks list --org dmo",
        "draw dmo",
        "prompts list dmo",
        "prompts adopt dmo",
        "prompts listen dmo key",
        "prompts script dmo",
        "report queues --org dmo",
        "secrets set dmo key",
        "show dmo",
    ],
)
def test_every_command_says_it_in_the_same_words(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))
    words = command.split()
    told = CliRunner().invoke(cli.application(words[0]), words)
    assert told.exit_code == 2
    where = "--org" if "--org" in command else "ORG"
    sentence = f"Invalid value for {where}: no organisation is named “dmo”; did you mean “demo”?"
    assert sentence in " ".join(told.output.replace("│", " ").split())
