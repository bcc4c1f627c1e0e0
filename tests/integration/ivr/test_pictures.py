"""Pictures by Graphviz, and the real callers' ways on them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import typer
from redis.asyncio import Redis
from typer.testing import CliRunner, Result

from ivr.cli import draw, trees
from ivr.flow.picture.dot import dot
from ivr.flow.picture.palette import COLOURS, DARK
from ivr.flow.picture.svg import svg
from ivr.platform.graphviz import laid_out
from store.database import open_database
from store.projection import ContactProjection
from store.stream import EventStream
from tests.integration.following import caught_up
from tests.integration.ivr.calls.test_inbound import calling, opened
from tests.unit.flow.test_picture_forms import HOSTILE, picture
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.integration

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "desc", "style", "g", "polygon", "polyline", "path", "text", "ellipse"}


def elements(text: str) -> list[ET.Element]:
    return list(ET.fromstring(text).iter())  # noqa: S314 - our own


def said(found: list[ET.Element]) -> str:
    return " ".join(one.text or "" for one in found if one.tag == f"{SVG}text")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_text_in_svg(text: str) -> None:
    whole = picture(text)
    drawn = svg(whole, laid_out(dot(whole)))
    found = elements(drawn)
    assert {one.tag.removeprefix(SVG) for one in found} <= DRAWN
    for one in found:
        assert not [name for name in one.attrib if "href" in name or name.startswith("on")]
    shown = said(found).replace("\N{NO-BREAK SPACE}", " ")
    assert all(word in shown for word in text.split()[:3])
    titles = [one.text or "" for one in found if one.tag == f"{SVG}title"]
    assert any(text in title for title in titles)


def test_a_picture_is_whole_in_itself_and_tells_what_it_shows() -> None:
    whole = picture("Räksmörgås, æble & øl")
    drawn = svg(whole, laid_out(dot(whole)))
    assert drawn.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    assert "<!DOCTYPE" not in drawn
    assert re.findall(r"https?://[^\" ]*", drawn) == ["http://www.w3.org/2000/svg"]
    root, title, summary, *others = elements(drawn)
    assert (title.text, title.get("id")) == (whole.title, "title")
    assert summary.text == "Samtalsträd med 2 steg. Börjar med say."
    assert root.get("aria-labelledby") == "title summary"
    assert root.get("lang") == "sv"
    assert "Räksmörgås," in said(others)
    groups = {one.get("id"): one for one in others if one.tag == f"{SVG}g"}
    told = groups["n0"].find(f"{SVG}title")
    assert told is not None
    assert told.text == "say (säg)\nRäksmörgås, æble & øl\n→ x/end"


def test_every_colour_has_its_own_in_the_dark() -> None:
    whole = picture()
    drawn = svg(whole, laid_out(dot(whole)))
    used = {one.get(name, "") for one in elements(drawn) for name in ("fill", "stroke")}
    assert {colour for colour in used if colour.startswith("#")} <= set(DARK)
    assert {one.fill for one in COLOURS.values()} <= set(DARK)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of the record of an installation with the demo's trees."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'vaxel.db'}"
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("VAXEL_DATABASE_URL", url)
    return url


def vaxel(*arguments: str) -> Result:
    app = typer.Typer()
    draw.register(app)
    trees.register(app)  # of one command alone, the name would be left out
    return CliRunner().invoke(app, arguments)


@pytest.fixture
async def three_calls(redis: Redis, settings: str) -> None:
    """To the main number: one into the queue, one who hears the hours first, one who is silent."""
    for keys in ("31", "3210", "3"):
        async with opened(redis) as board:
            await board.serve(calling("100", keys=keys))
    database = await open_database(settings)
    stream = EventStream(redis, "demo")
    await caught_up(stream, ContactProjection(database, stream, "demo"))
    await database.close()


@pytest.mark.usefixtures("three_calls")
def test_the_callers_ways_are_those_that_were_gone() -> None:
    result = vaxel("draw", "demo", "reception", "--calls", "--language", "en", "--as", "mermaid")
    assert result.exit_code == 0, result.output
    text = result.output.replace("#37;", "%").replace("\N{NO-BREAK SPACE}", " ")
    ids = dict(re.findall(r'^  (n\d+)\S*?"[^"]*? (\w+)(?=<br/>|")', text, re.MULTILINE))
    names = {name: node for node, name in ids.items()}

    def label(source: str, target: str) -> str:
        found = re.search(rf'^  {source} -+\.?->\|"(.*?)"\| {names[target]}$', text, re.MULTILINE)
        assert found is not None
        return found[1]

    assert label("entry", "welcome") == "3 (100 %)"
    assert label(names["main"], "opening_hours") == "2 opening hours 1 (25 %)"
    assert label(names["main"], "support") == "1 customer service · support 2 (50 %)"
    assert label(names["main"], "operator") == "0 operator 0<br/>invalid 0<br/>silence 1 (25 %)"
    assert label(names["opening"], "closed") == "closed 0"


@pytest.mark.usefixtures("three_calls")
def test_another_day_has_none_of_them() -> None:
    day = ("--from", "2020-01-01", "--to", "2020-01-31")
    result = vaxel("draw", "demo", "reception", "--calls", "--language", "en", *day)
    assert result.exit_code == 0, result.output
    shown = said(elements(result.output))
    assert "2020-01-01 – 2020-01-31 · 0 calls" in shown


@pytest.mark.usefixtures("settings")
def test_the_command_draws_a_tree_to_the_terminal() -> None:
    result = vaxel("draw", "demo", "office")
    assert result.exit_code == 0
    assert "Kontoret har stängt." in said(elements(result.output))
