"""The people of a test: callers and agents with telephones, and ears that know the prompts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent
from ivr.softphone import RATE_HZ, Line, Phone, Softphones
from media.prompts import PromptStore
from media.wav import read_wav, write_wav
from tests.e2e.rig.listening import wait_until_hears
from tests.e2e.rig.platform import ORG, Platform

CALLER_NUMBER = "+46701234567"
RECEPTION = "100"
OFFICE = "101"
DEMO_QUEUES = ("support", "operator")
DEMO_SKILLS = {f"language.{tag}": 1 for tag in ("sv", "da", "en")}
ENTER_AGENT = "Ange ditt agentnummer och avsluta med fyrkant."
ENTER_PIN = "Ange din pinkod och avsluta med fyrkant."
ENTER_REASON = "Ange orsak till pausen."

BEGINNING = 0.9
"""So many seconds of a prompt are enough to know that it has begun and can be interrupted."""

LOG_IN, LOG_OUT, PAUSE, READY = "*11", "*12", "*13", "*14"
EXTEND, RESULT = "*15", "*16"


class Ears:
    """Knows how each sentence sounds, and waits until a line hears it."""

    def __init__(self, prompts: PromptStore) -> None:
        self._prompts = prompts

    async def sound(self, text: str, language: str = "sv") -> bytes:
        """How a sentence sounds, as the platform itself renders it."""
        return read_wav(Path(f"{await self._prompts.path(text, language)}.wav"))

    async def hear(
        self,
        line: Line,
        text: str,
        language: str = "sv",
        *,
        first: float | None = None,
        since: int = 0,
        seconds: float = 15,
    ) -> float:
        """Wait until ``line`` hears a sentence.

        Args:
            line: Who listens.
            text: The sentence.
            language: Whose voice speaks it.
            first: So many seconds of it are enough; all of it by default.
            since: Position in ``line.heard`` (bytes) from where on it counts.
            seconds: Time limit, beside the time that the sentence itself takes.

        Returns:
            Where it begins, seconds into the call.

        Raises:
            AssertionError: It is not heard.
        """
        sound = await self.sound(text, language)
        if first is not None:
            sound = sound[: 2 * round(first * RATE_HZ)]
        try:
            return await wait_until_hears(line, sound, since=since, seconds=seconds)
        except AssertionError as nothing:
            raise AssertionError(f"“{text}” ({language}): {nothing}") from None


@dataclass(slots=True)
class Handset:
    """A person's telephone; remembers its calls of this test.

    Attributes:
        name: The account, for the evidence.
        phone: The telephone.
        lines: Its calls.
    """

    name: str
    phone: Phone
    lines: list[Line] = field(default_factory=list)

    async def dial(self, number: str, headers: Mapping[str, str] | None = None) -> Line:
        """Begin a call."""
        line = await self.phone.dial(number, headers)
        self.lines.append(line)
        return line

    async def call(self, number: str) -> Line:
        """Call and wait for the answer."""
        line = await self.dial(number)
        await line.wait_up()
        return line

    async def ring(self, seconds: float = 15) -> Line:
        """The next incoming call, ringing."""
        line = await self.phone.ring(seconds)
        self.lines.append(line)
        return line

    async def pick_up(self, seconds: float = 15) -> Line:
        """The next incoming call, answered."""
        line = await self.ring(seconds)
        await line.answer()
        return line


class AgentHandset(Handset):
    """An agent's telephone, with the feature codes."""

    async def sit_down(
        self,
        agent: str,
        redis: Redis,
        queues: tuple[str, ...] = DEMO_QUEUES,
        skills: Mapping[str, int] = DEMO_SKILLS,
    ) -> None:
        """Be logged in as ``agent`` at once, for tests of something else than the log-in."""
        person = Agent(agent, agent, queues, skills)
        await Agents(redis, ORG, system_clock).login(person, self.name)

    async def stand_up(self, agent: str, redis: Redis) -> None:
        """Be logged out at once."""
        await Agents(redis, ORG, system_clock).logout(agent)

    async def code(self, code: str, ears: Ears, answer: str) -> None:
        """Dial a feature code that asks nothing, and hear ``answer``."""
        line = await self.call(code)
        await ears.hear(line, answer)
        await line.wait_closed()

    async def log_in(self, agent: str, pin: str, ears: Ears) -> None:
        """Log in as ``agent``."""
        line = await self.call(LOG_IN)
        await enter(line, agent, pin, ears)
        await ears.hear(line, "Du är inloggad.")
        await line.wait_closed()

    async def pause(self, digit: str, answer: str, ears: Ears) -> None:
        """Pause with the reason that ``digit`` stands for, and hear ``answer``."""
        line = await self.call(PAUSE)
        await ears.hear(line, ENTER_REASON, first=BEGINNING)
        await line.press(digit)
        await ears.hear(line, answer)
        await line.wait_closed()

    async def log_out(self, ears: Ears) -> None:
        """Log out."""
        await self.code(LOG_OUT, ears, "Du är utloggad.")


async def enter(line: Line, agent: str, pin: str, ears: Ears) -> None:
    """Answer the two questions of the log-in, when they come (again)."""
    since = max(0, len(line.heard) - RATE_HZ)
    await ears.hear(line, ENTER_AGENT, first=BEGINNING, since=since)
    await line.press(f"{agent}#")
    await ears.hear(line, ENTER_PIN, first=BEGINNING, since=since)
    await line.press(f"{pin}#")


class Cast:
    """Everybody who has a telephone at the platform. An account is made once, whoever plays it."""

    def __init__(self, softphones: Softphones, platform: Platform) -> None:
        self._softphones = softphones
        self._platform = platform
        self._handsets: dict[tuple[object, ...], Handset] = {}

    async def caller(self, number: str | bytes = CALLER_NUMBER, name: str = "") -> Handset:
        """Somebody who calls from ``number``."""
        key = ("caller", number, name)
        if key not in self._handsets:
            phone = await self._phone("caller", register=False, number=number, name=name)
            self._handsets[key] = Handset("caller", phone)
        return self._handsets[key]

    async def reachable(self, number: str = CALLER_NUMBER) -> Handset:
        """Somebody who calls from ``number`` and can be called at it, as behind a trunk."""
        if ("line",) not in self._handsets:
            # it tells Asterisk where the numbers are; each call comes to the phone of its number
            self._handsets["line",] = Handset("line", await self._phone("caller"))
        return await self.caller(number)

    async def agent(self, which: int) -> AgentHandset:
        """The agent's telephone ``agent1`` … ``agent3``, registered."""
        account = f"agent{which}"
        known = self._handsets.get((account,))
        if isinstance(known, AgentHandset):
            return known
        handset = AgentHandset(account, await self._phone(account))
        self._handsets[account,] = handset
        return handset

    @asynccontextmanager
    async def nobody_at_the_desk(self) -> AsyncIterator[None]:
        """No agent's telephone can be reached during the block."""
        theirs = [one for one in self._handsets.values() if isinstance(one, AgentHandset)]
        for handset in theirs:
            await handset.phone.unregister()
        try:
            yield
        finally:
            for handset in theirs:
                await handset.phone.register()

    async def leave(self) -> None:
        """Tell a platform that is about to end that its agents' telephones are gone."""
        for handset in self._handsets.values():
            await handset.phone.unregister()

    async def hang_up(self) -> None:
        """Hang up whatever a test has left open."""
        for handset in self._handsets.values():
            for line in handset.lines:
                if not line.is_closed:
                    await line.hang_up()

    async def clear(self) -> None:
        """Hang up whatever a test has left open, and forget its calls."""
        await self.hang_up()
        for handset in self._handsets.values():
            handset.lines.clear()

    def keep_evidence(self, folder: Path) -> None:
        """Write what each telephone heard in each of its calls to ``folder``."""
        for handset in self._handsets.values():
            for index, line in enumerate(handset.lines):
                write_wav(folder / f"heard-{handset.name}-{index}.wav", bytes(line.heard))

    async def _phone(
        self, account: str, *, register: bool = True, number: str | bytes = "", name: str = ""
    ) -> Phone:
        return await self._softphones.phone(
            account,
            self._platform.secrets.phones[account],
            self._platform.server,
            register=register,
            number=number,
            name=name,
        )
