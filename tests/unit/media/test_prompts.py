import asyncio
import wave
from pathlib import Path

import pytest

from media.errors import MediaError, NoVoice, PromptFailed, RecordedPromptUnusable
from media.prompts import PromptStore, prompt_key
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
