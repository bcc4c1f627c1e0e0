"""The recordings that may come of one ring: one for each agent whose telephone may be answered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from recorder.recorder import Recorder
from recorder.sidecar import Sidecar


@dataclass(frozen=True, slots=True)
class RecordedTalks:
    """What the recorder expects.

    Attributes:
        arguments: Of ``vaxel-answered`` (extensions.conf), each behind a ``^``; ``""``: nothing is
            recorded.
    """

    _recorder: Recorder
    _sidecars: Sequence[Sidecar] = ()
    arguments: str = ""

    @classmethod
    async def expect(cls, recorder: Recorder, sidecars: Sequence[Sidecar]) -> Self:
        """Announce them before Asterisk is asked to ring.

        A disk that is full costs the recording, and never the caller the conversation.

        Args:
            recorder: Takes the legs over.
            sidecars: Whose each will be; none where nothing is recorded.
        """
        expected: list[Sidecar] = []
        arguments = ""
        for sidecar in sidecars:
            try:
                base = str(await recorder.expect(sidecar))
            except OSError as fault:
                await recorder.unrecorded(sidecar, fault)
                await cls(recorder, expected).drop()
                return cls(recorder)
            expected.append(sidecar)
            arguments = f"^{base}" if sidecar.on_demand else f"^{base}^now"
            if sidecar.phone:
                path = base.removesuffix(f"-{sidecar.phone}")
                arguments = f"^{path}^{'' if sidecar.on_demand else 'now'}"
        return cls(recorder, expected, arguments)

    async def finish(self, agent: str) -> None:
        """An agent has talked; the others have not."""
        for sidecar in self._sidecars:
            if sidecar.agent == agent:
                self._recorder.finish(sidecar.base)
            else:
                await self._drop(sidecar)

    async def drop(self) -> None:
        """Nobody has talked."""
        for sidecar in self._sidecars:
            await self._drop(sidecar)

    async def _drop(self, sidecar: Sidecar) -> None:
        with suppress(OSError):  # the recorder's sweep finds it
            await self._recorder.drop(sidecar)
