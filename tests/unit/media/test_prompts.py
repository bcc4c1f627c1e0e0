import asyncio
import os
import wave
from pathlib import Path

import pytest

from media.errors import MediaError, NoVoice, PromptFailed, RecordedPromptUnusable
from media.keys import prompt_key
from media.manner import Manner
from media.prompts import PromptStore
from media.tones import tone
from media.wav import is_telephone_wav, read_wav, write_wav

pytestmark = pytest.mark.unit

SPEECH = tone(700, 0.1)


class FakeSpeech:
    """Speaks when it is let, and counts how often and how many at a time it was asked."""

    def __init__(self, identity: str = "fake-1") -> None:
        self.identity = identity
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.asks = asyncio.Semaphore(0)
        self.may_speak = asyncio.Event()
        self.may_speak.set()
        self.failure: MediaError | None = None

    async def speak(self, text: str, language: str) -> bytes:
        self.asked.append((text, language))
        self.asks.release()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.may_speak.wait()
        finally:
            self.at_once -= 1
        if self.failure:
            raise self.failure
        return SPEECH


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_prompt_is_a_telephone_wav_named_without_its_ending(tmp_path: Path) -> None:
    async with PromptStore(tmp_path, FakeSpeech()) as prompts:
        path = await prompts.path("Välkommen", "sv")
    assert path.is_absolute()
    assert path.suffix == ""
    assert read_wav(path.with_suffix(".wav")) == SPEECH


async def test_fifty_calls_that_ask_at_once_cause_one_rendering(tmp_path: Path) -> None:
    speech = FakeSpeech()
    async with PromptStore(tmp_path, speech) as prompts:
        paths = await asyncio.gather(*(prompts.path("Välkommen", "sv") for _ in range(50)))
    assert len(set(paths)) == 1
    assert speech.asked == [("Välkommen", "sv")]


async def test_a_prompt_outlives_the_process_that_rendered_it(tmp_path: Path) -> None:
    async with PromptStore(tmp_path, FakeSpeech()) as prompts:
        before = await prompts.path("Välkommen", "sv")
    later = FakeSpeech()
    async with PromptStore(tmp_path, later) as prompts:
        assert await prompts.path("Välkommen", "sv") == before
    assert later.asked == []


async def test_the_same_text_in_two_languages_is_two_prompts(tmp_path: Path) -> None:
    async with PromptStore(tmp_path, FakeSpeech()) as prompts:
        assert await prompts.path("Hej", "sv") != await prompts.path("Hej", "da")


async def test_a_new_voice_renders_anew(tmp_path: Path) -> None:
    newer = FakeSpeech("fake-2")
    async with PromptStore(tmp_path, FakeSpeech("fake-1")) as prompts:
        old = await prompts.path("Hej", "sv")
    async with PromptStore(tmp_path, newer) as prompts:
        assert await prompts.path("Hej", "sv") != old
    assert newer.asked == [("Hej", "sv")]


async def test_a_recording_wins_over_a_rendered_prompt(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    speech = FakeSpeech()
    async with PromptStore(tmp_path / "made", speech, recorded=recorded) as prompts:
        await prompts.path("Hej", "sv")
        (recorded / "sv").mkdir(parents=True)
        write_wav(recorded / "sv" / f"{prompt_key('Hej', 'sv')}.wav", tone(300, 0.1))
        path = await prompts.path("Hej", "sv")
    assert path == recorded / "sv" / prompt_key("Hej", "sv")


async def test_a_recording_that_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "sv").mkdir()
    file = tmp_path / "sv" / f"{prompt_key('Hej', 'sv')}.wav"
    file.write_bytes(b"ID3 not a wav at all")
    async with PromptStore(tmp_path / "made", FakeSpeech(), recorded=tmp_path) as prompts:
        with pytest.raises(RecordedPromptUnusable, match=file.name):
            await prompts.path("Hej", "sv")


async def test_an_organisation_hears_its_own_recording_and_no_other_does(tmp_path: Path) -> None:
    own, speech = tmp_path / "own.wav", FakeSpeech()
    write_wav(own, tone(300, 0.1))
    async with PromptStore(tmp_path / "made", speech) as prompts:
        prompts.manners = {"town": Manner(recordings={("Hej", "sv"): own}), "village": Manner()}
        town = await prompts.of("town").path("Hej", "sv")
        village = await prompts.of("village").path("Hej", "sv")
        assert town.with_suffix(".wav") == own
        assert read_wav(village.with_suffix(".wav")) == SPEECH
        own.unlink()
        town = await prompts.of("town").path("Hej", "sv")
    assert read_wav(town.with_suffix(".wav")) == SPEECH


async def test_two_organisations_record_the_same_sentence_each_in_its_way(tmp_path: Path) -> None:
    lengths = {"town": 0.1, "village": 0.2}
    async with PromptStore(tmp_path / "made", FakeSpeech()) as prompts:
        for organisation, seconds in lengths.items():
            file = tmp_path / f"{organisation}.wav"
            write_wav(file, tone(300, seconds))
            os.utime(file, (1, 1))
            found = await prompts.copies({("Hej", "sv"): file}, organisation)
            copy = found.played["Hej", "sv"]
            assert tmp_path / "made" in copy.parents, "Asterisk need not see the trees' folder"
            assert len(read_wav(copy)) == 16_000 * seconds


async def test_an_organisation_speaks_with_its_own_voice_in_the_languages_that_it_names(
    tmp_path: Path,
) -> None:
    house, own = FakeSpeech("house"), FakeSpeech("own")
    async with PromptStore(tmp_path, house) as prompts:
        prompts.manners = {"town": Manner(voices={"sv": own})}
        for language in ("sv", "en"):
            await prompts.path("Hej", language, "town")
        await prompts.path("Hej", "sv", "village")
    assert own.asked == [("Hej", "sv")]
    assert house.asked == [("Hej", "en"), ("Hej", "sv")]


async def test_a_caller_does_not_wait_behind_all_that_is_rendered_ahead(tmp_path: Path) -> None:
    speech = FakeSpeech()
    async with PromptStore(tmp_path, speech, at_once=1) as prompts:
        speech.may_speak.clear()
        ahead = asyncio.create_task(prompts.render_all([(str(n), "sv") for n in range(50)]))
        await speech.asks.acquire()
        caller = asyncio.create_task(prompts.path("Hej", "sv"))
        await asyncio.sleep(0)
        speech.may_speak.set()
        await caller
        await ahead
    assert speech.asked.index(("Hej", "sv")) <= 2


async def test_what_was_not_used_for_long_is_pruned_and_what_is_needed_stays(
    tmp_path: Path,
) -> None:
    now = 1_000_000_000.0
    own = tmp_path / "own.wav"
    write_wav(own, tone(300, 0.1))
    async with PromptStore(tmp_path / "made", FakeSpeech(), clock=lambda: now) as prompts:
        needed = frozenset({("Välkommen", "sv"), ("Hej", "sv")})
        prompts.manners = {"town": Manner(recordings={("Hej", "sv"): own}, sentences=needed)}
        await prompts.render_all((text, language, "town") for text, language in needed)
        position = await prompts.path("Du har plats 4 i kön", "sv", "town")
        paths = _files(tmp_path / "made")
        for path in paths:
            os.utime(path, (now, now))
        now += 40 * 86_400
        used = await prompts.path("Du har plats 3 i kön", "sv", "town")
        pruned = await prompts.prune(unused_s=30 * 86_400, most_bytes=10**9)
    assert pruned.files == 1
    assert not position.with_suffix(".wav").exists()
    assert used.with_suffix(".wav").exists()
    assert len(_files(tmp_path / "made")) == len(paths)


async def test_a_prompt_that_is_played_again_is_used_again(tmp_path: Path) -> None:
    now = 1_000_000_000.0
    async with PromptStore(tmp_path, FakeSpeech(), clock=lambda: now) as prompts:
        path = (await prompts.path("Hej", "sv")).with_suffix(".wav")
        os.utime(path, (now, now))
        now += 40 * 86_400
        await prompts.path("Hej", "sv")
        assert (await prompts.prune(unused_s=30 * 86_400, most_bytes=0)).files == 0
    assert path.stat().st_mtime == now


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(tmp_path: Path) -> None:
    speech = FakeSpeech()
    speech.failure = NoVoice("xx", ["sv"])
    async with PromptStore(tmp_path, speech) as prompts:
        failed = await asyncio.gather(
            *(prompts.path("Hej", "xx") for _ in range(3)), return_exceptions=True
        )
        assert [type(error) for error in failed] == [PromptFailed] * 3
        assert _files(tmp_path) == []
        speech.failure = None
        assert (await prompts.path("Hej", "xx")).with_suffix(".wav").exists()


async def test_the_first_caller_hangs_up_and_the_second_still_gets_the_prompt(
    tmp_path: Path,
) -> None:
    speech = FakeSpeech()
    speech.may_speak.clear()
    async with PromptStore(tmp_path, speech) as prompts:
        first = asyncio.create_task(prompts.path("Hej", "sv"))
        await speech.asks.acquire()
        second = asyncio.create_task(prompts.path("Hej", "sv"))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        speech.may_speak.set()
        assert (await second).with_suffix(".wav").exists()
    assert len(speech.asked) == 1


async def test_renderings_at_the_same_time_are_bounded(tmp_path: Path) -> None:
    speech = FakeSpeech()
    speech.may_speak.clear()
    async with PromptStore(tmp_path, speech, at_once=2) as prompts:
        every = asyncio.gather(*(prompts.path(str(n), "sv") for n in range(10)))
        await speech.asks.acquire()
        await speech.asks.acquire()
        speech.may_speak.set()
        await every
    assert speech.most_at_once == 2


async def test_leaving_the_store_ends_what_is_under_way(tmp_path: Path) -> None:
    speech = FakeSpeech()
    speech.may_speak.clear()
    async with PromptStore(tmp_path, speech) as prompts:
        waiting = asyncio.create_task(prompts.path("Hej", "sv"))
        await speech.asks.acquire()
    assert speech.at_once == 0
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_rendering_all_tells_its_progress_and_renders_each_once(tmp_path: Path) -> None:
    speech = FakeSpeech()
    told: list[tuple[int, int]] = []
    async with PromptStore(tmp_path, speech) as prompts:
        await prompts.render_all(
            [("Hej", "sv"), ("Hello", "en"), ("Hej", "sv")],
            lambda done, total: told.append((done, total)),
        )
    assert told == [(1, 2), (2, 2)]
    assert sorted(speech.asked) == [("Hej", "sv"), ("Hello", "en")]


async def test_rendering_all_names_the_prompt_that_failed(tmp_path: Path) -> None:
    speech = FakeSpeech()
    speech.failure = NoVoice("xx", ["sv"])
    async with PromptStore(tmp_path, speech) as prompts:
        with pytest.raises(PromptFailed, match=prompt_key("Hej", "xx")):
            await prompts.render_all([("Hej", "xx")])


async def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "fake-1").write_text("a file where the folder should be")
    async with PromptStore(tmp_path, FakeSpeech()) as prompts:
        with pytest.raises(PromptFailed, match="cannot be written"):
            await prompts.path("Hej", "sv")


def test_a_wav_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(OSError, match="taken"):
        write_wav(target, SPEECH)
    assert list(tmp_path.iterdir()) == [target]


def test_only_the_telephone_form_passes(tmp_path: Path) -> None:
    good, stereo, empty = tmp_path / "good.wav", tmp_path / "stereo.wav", tmp_path / "empty.wav"
    write_wav(good, SPEECH)
    with wave.open(str(stereo), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(SPEECH)
    empty.write_bytes(b"")
    assert is_telephone_wav(good)
    assert not is_telephone_wav(stereo)
    assert not is_telephone_wav(empty)
    with pytest.raises(ValueError, match="stereo"):
        read_wav(stereo)
