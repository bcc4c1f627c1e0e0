"""A controller that stops in order, and the next one that serves already: who does what meanwhile.

Told to stop (SIGTERM), a controller takes no new session and no request any more and gives up its
ports and its place (:mod:`ivr.platform.succession`), all at once. A spare that waits has them in a
second or two; Asterisk asks for a controller for longer than that. Then two live side by side until
the last call of the first is over, or the time that it has for that (``agi.drain_seconds``). Where
nobody takes the place (everything stops, or none waits), the one that stops goes on with all but
its ports to its end.

Most of what a controller does any number of them may do at once, and two at one Asterisk are no
other case than two nodes: each step in Redis is one script, which says whether it is news. Of what
there is one a node, or one a state folder:

- **Stays with the calls.** The AMI link, for keys, answers and what was begun here by ``*3``; one
  that was lost is in step again by itself. The lease in Redis, under the controller's own name, and
  the queues' upkeep. Offers to its callers, who is rung for them, and their excuses. The states of
  phones: all say the same, but an agent outside who talks to this one is known to no other. Holds,
  which are told once whoever tells. The recorder: a lock on each recording makes it one recorder's,
  and what ended here need not wait until another one finds it. Contacts of whose end Redis is still
  to be told. Its callbacks, and what came of those it rang.
- **Goes with the place, by itself.** FastAGI, thus every code of agents and whoever is asked for
  key 1, also in a conversation of the one that stops: what serves them goes by Redis and the
  channel's variables, and leaves its answer there. The API and Asterisk's question about a
  transfer, likewise. Supervisors' tickets, which lie in Redis. Metrics. Speech is a process of its
  own.
- **Goes with the place once the next one takes calls** (:meth:`Succession.in_place`): done by both
  for a moment it is no harm, done by nobody it is. Counting and the rows of the record: positions
  are compared and set, and totals are the same whoever saved last. Retention, transcripts (a lock),
  the prompts' folder, the history of the call trees and their reload: a call keeps the trees that
  it began with. A caller's digits (:mod:`recorder.pauses`), of which two would tell twice; callers
  whom a phone has put astray (:mod:`ivr.conversations.referrals`), whom two would move twice.
- **Callbacks** whose turn is found here are the next one's to dial: whoever picks up comes to it.
- **Callers who wait** are handed on as soon as nothing is said to them
  (:mod:`ivr.queueing.ride`): the dialplan brings them to the next controller, at their old place,
  as if this one had been killed. Those in a menu stay until they wait, those who talk until that is
  over. When this one's time is over, what is left goes the way of a killed controller's.

Lost, as if this one had died, is what was begun here and is answered there: an agent outside whom a
colleague has just asked (``*3``) cannot say yes. A code that is keyed in the moment between two
finds nobody, as the dialplan says. Who follows events by the API connects anew, behind the last one
seen. Gauges of what a controller has in hand lack what the one that stops has. Both versions of an
upgrade use one database for that time: migrations add.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Final

from acd.distributor import Distributor
from ivr.duties import together
from ivr.platform.succession import Place

logger = logging.getLogger(__name__)

FINISH_S: Final = 4.0
"""So long a recording is waited for behind the last call; whoever stops parts waits 5 s longer."""

LOOK_S: Final = 0.2
"""So often a controller that stops looks whether another one takes calls."""


class Succession:
    """What one controller knows of the next.

    Attributes:
        name: This one's.
        succeeded: Set when another controller takes calls in this one's place.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.succeeded = asyncio.Event()

    async def in_place(self, duty: Coroutine[None, None, None]) -> None:
        """Do what only the one does that has the place."""
        async with together([duty]):
            await self.succeeded.wait()

    async def watch(
        self,
        place: Place,
        distributors: Callable[[], Iterable[Distributor]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Look for the next controller, and the ones after it, until cancelled.

        Args:
            place: It is given up.
            distributors: Of all organisations.
            sleep: Waits so many seconds.
        """
        known = ""
        while True:
            successor = place.successor()
            if successor and successor != known:
                known = successor
                for distributor in distributors():
                    distributor.call_back_by(successor)
                logger.info("Another controller takes calls; this one ends those that it has")
                self.succeeded.set()
            await sleep(LOOK_S)
