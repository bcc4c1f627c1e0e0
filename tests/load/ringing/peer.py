"""The peer: Asterisk's own ``Queue()`` (app_queue) on the platform's Asterisk, set up at its best.

- ``retry = 1``: callers who wait look for a free agent this often; there is nothing shorter, 0 or
  less is taken for the default of 5 s.
- ``autofill = yes``, ``strategy = leastrecent``: as in Växel, several callers at once are matched,
  each with the agent who has been idle longest.
- ``ringinuse = no``: as with Växel, a phone in a call is not rung.
- ``wrapuptime = 0``, no announcements, no delays of any kind.
"""

from __future__ import annotations

from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.platform import Platform

NUMBER = "199"
PHONE = "agent1"

_QUEUE = f"""
[bench]
strategy = leastrecent
autofill = yes
retry = 1
timeout = 15
timeoutpriority = conf
wrapuptime = 0
memberdelay = 0
ringinuse = no
reportholdtime = no
announce-frequency = 0
announce-position = no
musicclass = default
joinempty = yes
leavewhenempty = no
member => PJSIP/{PHONE}
"""

_WAY = f"""
[inbound](+)
exten => {NUMBER},1,Answer()
 same => n,Queue(bench,,,,600)
 same => n,Hangup()
"""


class Peer:
    """The bench queue of one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def set_up(self) -> None:
        """Let Asterisk know the queue and its number; the agent is paused there."""
        etc = self._platform.layout.asterisk_etc
        for name, more in (("queues.conf", _QUEUE), ("extensions.conf", _WAY)):
            with (etc / name).open("a") as file:
                file.write(more)
        await self._platform.asterisk("queue reload all")
        await self._platform.asterisk("dialplan reload")
        await self.pause()

    async def pause(self) -> None:
        """The agent is not available."""
        await self._platform.asterisk(f"queue pause member PJSIP/{PHONE} queue bench")

    async def unpause(self) -> None:
        """The agent is available."""
        await self._platform.asterisk(f"queue unpause member PJSIP/{PHONE} queue bench")

    async def wait_for(self, callers: int) -> None:
        """Until so many callers wait."""

        async def there() -> bool:
            shown = await self._platform.asterisk("queue show bench")
            return f"has {callers} calls" in shown

        await eventually(there, seconds=30, why=f"{callers} callers wait in app_queue")
