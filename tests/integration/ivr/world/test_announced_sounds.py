"""Announcements spoken by telephone: recorded, kept for all controllers, gone at their end."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from ivr.flow.load import load_organisation
from ivr.flow.world import World
from ivr.world.announced_sounds import AnnouncedSounds
from ivr.world.announcements import MOST_BYTES, Announcements
from media.tones import tone
from media.wav import is_telephone_wav, length_s, write_wav
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.integration.ivr.world.conftest import calling, session
from tests.integration.media.test_recorded import pitch
from tests.unit.flow.trees import DEMO
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration


def left(folder: Path) -> list[Path]:
    """The sounds on a machine."""
    return list(folder.rglob("*.wav"))


class Speaker(FakeSession):
    """Somebody who speaks a quiet tone."""

    seconds = 2.0

    async def record_file(self, _path: str, **_: object) -> None:
        quiet = np.frombuffer(tone(440, self.seconds), "<i2") // 8
        write_wav(Path(f"{_path}.wav"), quiet.tobytes())


def speaker(seconds: float) -> Speaker:
    it = Speaker(environment=session().environment)
    it.seconds = seconds
    return it


def machine(redis: Redis, folder: Path, line: FakeSession) -> World:
    """A controller with a disk of its own, and a call on it."""
    office = an_office(
        redis,
        load_organisation(DEMO / "demo"),
        sounds=folder,
    )
    return calling(office, line).world


async def test_what_is_spoken_at_one_machine_is_heard_at_all_until_it_is_off(
    redis: Redis, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    world, other = machine(redis, here, speaker(2)), machine(redis, there, session())
    draft = await world.take_announcement(60)
    hertz, peak = pitch(Path(draft))
    assert (round(hertz), round(peak)) == (440, -3), "as loud as every other recording"

    assert await world.switch_announcement("storm", 3600, draft)

    assert left(here) == []
    for heard in (await world.announcement("storm"), await other.announcement("storm")):
        assert heard is not None
        sound = Path(f"{heard.sound}.wav")
        assert is_telephone_wav(sound)
        assert length_s(sound) == pytest.approx(2, abs=0.1)
    (event,) = await EventStream(redis, "demo").read(BEGINNING)
    assert (event.contact, event.fields["recorded"]) == ("vaxel-1.1", "yes")

    assert await world.switch_announcement("storm", None)
    for either in (world, other):
        assert await either.announcement("storm") is None
    assert left(tmp_path) == []
    assert [key async for key in redis.scan_iter("*announced-sound*")] == []


async def test_other_words_take_the_place_of_a_recording(redis: Redis, tmp_path: Path) -> None:
    world = machine(redis, tmp_path, speaker(2))
    assert await world.switch_announcement("storm", 3600, await world.take_announcement(60))
    await Announcements(redis, "demo", system_clock).switch_on("storm", 60, {"sv": "Hej."})
    heard = await world.announcement("storm")
    assert heard is not None
    assert (heard.words, heard.sound) == ({"sv": "Hej."}, "")
    assert left(tmp_path) == []


async def test_it_ends_by_itself_with_its_sound(redis: Redis, tmp_path: Path) -> None:
    world = machine(redis, tmp_path, speaker(2))
    assert await world.switch_announcement("storm", 60, await world.take_announcement(60))
    keys = [key async for key in redis.scan_iter("vaxel:{demo}:announce*")]
    assert len(keys) == 2
    for key in keys:
        assert 0 < await redis.pttl(key) <= 60_000


async def test_a_sound_that_is_gone_leaves_the_organisations_words(
    redis: Redis, tmp_path: Path
) -> None:
    world = machine(redis, tmp_path / "here", speaker(2))
    assert await world.switch_announcement("storm", 60, await world.take_announcement(60))
    await redis.delete("vaxel:{demo}:announced-sound:storm")
    heard = await machine(redis, tmp_path / "there", session()).announcement("storm")
    assert heard is not None
    assert heard.sound == ""


async def test_a_key_at_the_beep_is_no_announcement(redis: Redis, tmp_path: Path) -> None:
    assert await machine(redis, tmp_path, speaker(0.3)).take_announcement(60) == ""
    assert await machine(redis, tmp_path, session()).take_announcement(60) == ""
    assert left(tmp_path) == []


async def test_what_cannot_be_kept_is_not_switched_on(redis: Redis, tmp_path: Path) -> None:
    world = machine(redis, tmp_path, speaker(2))
    assert not await world.switch_announcement("storm", 60, str(tmp_path / "gone"))
    (tmp_path / "long.wav").write_bytes(bytes(MOST_BYTES + 1))
    assert not await world.switch_announcement("storm", 60, str(tmp_path / "long"))
    assert await world.announcement("storm") is None


async def test_a_draft_of_a_call_that_was_hung_up_does_not_lie_for_ever(tmp_path: Path) -> None:
    now = system_clock()
    sounds = AnnouncedSounds(tmp_path, Path("/beep"), lambda: now)
    line = cast(AgiSession, speaker(2))
    for _ in range(2):
        await sounds.take(line, 60)
    assert len(left(tmp_path)) == 2
    now += 3_700_000
    await sounds.take(line, 60)
    assert len(left(tmp_path)) == 1
