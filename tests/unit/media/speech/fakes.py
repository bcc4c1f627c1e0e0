"""An engine that understands what is written into the level of the sound, and ears that note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from media.speech.engine import NOTHING, Match, Word
from media.speech.errors import NoPhraseKnown, SpeechError
from media.speech.recognition import Heard, Recognition


@dataclass
class FakeRecogniser:
    """Hears ``says`` whatever is said."""

    says: str
    fed: bytearray = field(default_factory=bytearray)

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    def partial(self) -> str:
        return self.says

    def finish(self) -> Match:
        return Match(self.says, 80) if self.says else NOTHING


@dataclass
class FakeEngine:
    """An engine whose recognisers all hear the same; fails when it is told to."""

    says: str = ""
    fails: bool = False
    made: list[FakeRecogniser] = field(default_factory=list)

    def recogniser(self, phrases: Sequence[str]) -> FakeRecogniser:
        if "xyzzy" in phrases:
            raise NoPhraseKnown("en")
        if self.fails:
            self.made.append(_Failing(self.says))
        else:
            self.made.append(FakeRecogniser(self.says))
        return self.made[-1]

    def dictation(self, rate_hz: int) -> FakeDictation:
        return FakeDictation(rate_hz)


class _Failing(FakeRecogniser):
    def feed(self, pcm: bytes) -> None:
        raise RuntimeError("the library broke")


@dataclass
class FakeDictation:
    """Writes down how much it was fed."""

    rate_hz: int
    fed: int = 0

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    def finish(self) -> tuple[Word, ...]:
        return (Word(f"{self.fed} bytes of {self.rate_hz} Hz", 0, 1, 1.0),)


@dataclass
class FakeEars:
    """Notes what is to be listened for and what it hears."""

    on_heard: Callable[[Heard], None]
    languages: frozenset[str] = frozenset({"en", "ko"})
    refuses: SpeechError | None = None
    recognitions: list[Recognition] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    left: bool = False

    async def listen(self, recognition: Recognition) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.recognitions.append(recognition)

    async def hear(self, audio: bytes) -> None:
        self.audio += audio

    def leave(self) -> None:
        self.left = True


@dataclass
class FakeTimer:
    """A timer that a test lets run out."""

    seconds: float
    due: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True
