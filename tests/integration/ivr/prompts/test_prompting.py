"""What an installation says, made ready by the real espeak-ng and ffmpeg."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.flow.load import Catalogue, load_all
from ivr.flow.prompts import utterances
from ivr.platform.paths import Layout
from ivr.platform.speaking import render_ahead
from ivr.prompts.prompting import make_ready, paced
from media.errors import MediaError, PromptFailed
from media.espeak import Espeak
from media.manner import Manner
from media.prompts import PromptStore
from media.wav import length_s, read_wav
from tests.integration.media.test_recorded import pitch, record
from tests.unit.flow.trees import ORGANISATION, tree_of, write

pytestmark = pytest.mark.integration

WELCOME = "  a: {say: {sv: Välkommen till rådhuset., en: Welcome.}, then: end}\n"


@pytest.fixture
async def speech() -> Espeak:
    return await Espeak.find()


@pytest.fixture
async def store(tmp_path: Path, speech: Espeak) -> AsyncIterator[PromptStore]:
    async with PromptStore(tmp_path / "prompts", speech) as store:
        yield store


def catalogue_of(folder: Path, nodes: str = WELCOME, organisation: str = ORGANISATION) -> Catalogue:
    tree_of(folder, nodes, organisation)
    return load_all(folder)


def written(folder: Path) -> dict[Path, int]:
    """Every sound below a folder and when it was written."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.wav")}


async def test_every_sentence_is_there_before_the_first_call_and_kept(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    catalogue = catalogue_of(tmp_path / "trees")
    told: list[tuple[int, int]] = []
    await make_ready(store, catalogue, speech, lambda *progress: told.append(progress))
    expected = len(utterances(catalogue))
    files = written(tmp_path)
    assert len(files) == expected
    assert told[-1] == (expected, expected)
    await make_ready(store, catalogue, speech)
    assert written(tmp_path) == files


async def test_a_recording_is_heard_until_its_text_changes(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    trees = tmp_path / "trees"
    file = trees / "town" / "recordings" / "sv" / "tree.a.say.mp3"
    record(file, 440)
    file.with_suffix(".txt").write_text("Välkommen till rådhuset.\n", encoding="utf-8")

    await make_ready(store, catalogue_of(trees), speech)
    hertz, _ = pitch(await store.of("town").path("Välkommen till rådhuset.", "sv"))
    assert hertz == pytest.approx(440, abs=2)

    changed = WELCOME.replace("rådhuset", "stadshuset")
    await make_ready(store, catalogue_of(trees, changed), speech)
    heard = await store.of("town").path("Välkommen till stadshuset.", "sv")
    spoken = await speech.speak("Välkommen till stadshuset.", "sv")
    assert read_wav(heard.with_suffix(".wav")) == spoken


async def test_a_recording_that_is_replaced_spoilt_or_removed_silences_nothing(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    sentence, trees = "Välkommen till rådhuset.", tmp_path / "trees"
    file = trees / "town" / "recordings" / "sv" / "tree.a.say.wav"
    catalogue = catalogue_of(trees)
    await make_ready(store, catalogue, speech)
    record(file, 440)
    file.with_suffix(".txt").write_text(sentence, encoding="utf-8")

    heard = await make_ready(store, catalogue, speech)
    assert (heard.changed, heard.refused) == ({"town"}, {})
    first = await store.path(sentence, "sv", "town")
    assert pitch(first)[0] == pytest.approx(440, abs=2)

    file.write_bytes(file.read_bytes()[:9_000])
    heard = await make_ready(store, catalogue, speech)
    assert (heard.changed, set(heard.refused["town"])) == (set(), {file})
    assert await store.path(sentence, "sv", "town") == first

    record(file, 880)
    heard = await make_ready(store, catalogue, speech)
    assert (heard.changed, heard.refused) == ({"town"}, {})
    assert pitch(await store.path(sentence, "sv", "town"))[0] == pytest.approx(880, abs=2)

    file.unlink()
    assert (await make_ready(store, catalogue, speech)).changed == {"town"}
    spoken = (await store.path(sentence, "sv", "town")).with_suffix(".wav")
    assert read_wav(spoken) == await speech.speak(sentence, "sv")


async def test_an_organisation_has_its_own_voice_and_speed(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    slow = f"{ORGANISATION}voices: {{sv: {{variant: f3, speed: 90}}}}\n"
    await make_ready(store, catalogue_of(tmp_path / "trees", organisation=slow), speech)
    sentence = "Välkommen till rådhuset."
    own, house = [
        (await store.path(sentence, "sv", organisation)).with_suffix(".wav")
        for organisation in ("town", "")
    ]
    assert length_s(own) > 1.3 * length_s(house)
    assert "f3" in own.parents[1].name


async def test_a_sentence_that_cannot_be_spoken_is_named_and_changes_nothing(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    before = {"": Manner(sentences=frozenset({("Hej", "sv")}))}
    store.manners = before
    mute = catalogue_of(tmp_path / "trees", WELCOME.replace("Välkommen till rådhuset.", "."))
    with pytest.raises(PromptFailed, match=r"town tree\.a\.say"):
        await make_ready(store, mute, speech)
    assert store.manners is before


async def test_who_watches_the_start_is_told_how_far_it_is_and_may_end_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state")
    layout.prompts.mkdir(parents=True)
    stop = asyncio.Event()
    stop.set()
    await render_ahead(layout, catalogue_of(tmp_path / "trees"), stop, print)
    assert len(written(layout.prompts)) < 5
    stop.clear()
    await render_ahead(layout, catalogue_of(tmp_path / "trees"), stop, print)
    assert len(written(layout.prompts)) > 40


async def test_a_fault_while_rendering_ends_the_start(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state")
    layout.state.mkdir()
    layout.prompts.write_text("a file where the folder should be")
    with pytest.raises(MediaError, match="cannot be written"):
        await render_ahead(layout, catalogue_of(tmp_path / "trees"), asyncio.Event(), print)


def test_progress_is_told_only_where_it_takes_long() -> None:
    now = 0.0
    told: list[tuple[int, int]] = []
    progress = paced(lambda *done: told.append(done), lambda: now)
    for step in range(13):
        now = float(step)
        progress(step, 12)
    assert told == [(2, 12), (7, 12), (12, 12)]


async def test_each_organisation_has_its_own_recordings(
    tmp_path: Path, store: PromptStore, speech: Espeak
) -> None:
    trees = tmp_path / "trees"
    catalogue_of(trees)
    write(trees / "village", "organisation.yaml", ORGANISATION.replace("id: town", "id: village"))
    for organisation, hertz in {"town": 440, "village": 880}.items():
        file = trees / organisation / "recordings" / "sv" / "texts.no_key.wav"
        record(file, hertz)
        file.with_suffix(".txt").write_text("no_key sv", encoding="utf-8")
    await make_ready(store, load_all(trees), speech)
    for organisation, expected in {"town": 440, "village": 880}.items():
        heard, _ = pitch(await store.of(organisation).path("no_key sv", "sv"))
        assert heard == pytest.approx(expected, abs=3)
