"""What time alone demands of an organisation's queues, and what their files say anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from acd.clock import Clock
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.replies import offer_of
from acd.script import Call, Reply, Scripts

_SETTLED_AT_ONCE = 100  # a sweep holds Redis for a millisecond or two; what is left is due at once
_PAIRED_AT_ONCE = 50  # likewise; the sweeper asks again as long as there are pairs


@dataclass(frozen=True, slots=True)
class Swept:
    """What time alone has changed.

    Attributes:
        expired: Contacts whose unanswered offer ran out; they wait again at their old place, or,
            if their phone was rung, for the next attempt.
        adrift: Contacts whose controller died just now.
        lost: Contacts that no controller took up in time; they are gone, or will be called back
            again. Conversations of a dead node, too.
        ready: Agents whose wrap-up is over.
        called: Callbacks whose time has come; they wait in line now.
        relaxed: Contacts that require less from now on.
        dead: Nodes without a living controller: their phones cannot be reached.
    """

    expired: tuple[str, ...] = ()
    adrift: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """What one round of upkeep did, and when the next is needed.

    Attributes:
        swept: What time alone has changed.
        offers: The offers made.
        lease_end_ms: Epoch; renew a few times before.
        next_due_ms: Epoch; the next thing that time alone will change.
        adrift: Contacts whose controllers are dead; while there are any,
            :meth:`Upkeep.reconcile` may find conversations that are over.
    """

    swept: Swept
    offers: tuple[Offer, ...]
    lease_end_ms: int
    next_due_ms: int
    adrift: int


class Upkeep:
    """One controller's part in keeping the queues of one organisation going.

    All methods raise :class:`acd.errors.AcdUnavailable` when Redis does not answer;
    :class:`acd.sweeper.Sweeper` calls them in time.
    """

    def __init__(self, scripts: Scripts, org: str, clock: Clock, controller: str) -> None:
        """Bind; :class:`acd.distributor.Distributor` says what each is."""
        self.org = org
        self.clock = clock
        self._scripts = scripts
        self._controller = controller
        self._calls_back = controller

    def call_back_by(self, controller: str) -> None:
        """See :meth:`acd.distributor.Distributor.call_back_by`."""
        self._calls_back = controller

    async def renew(self) -> int:
        """This controller lives, and with it all that it holds.

        Returns:
            End of the lease, epoch milliseconds. Renew a few times before.
        """
        return int(await self._run("renew", self._controller))

    async def sweep(self) -> Swept:
        """Do what time alone demands: leases, offers, orphans, wrap-ups, callbacks, relaxing.

        Contacts of a dead controller are kept for a while for the next one to ``join``, then leave
        as failed: nobody saw whether they hung up or went to Asterisk's own queue. Its
        conversations go on in Asterisk, and their agents stay talking until ``leave`` or
        :meth:`reconcile` tells otherwise; where no controller of their node has shown a sign of
        life for 130 s there is nobody to ask, and they are ended. The phones that are registered
        at a node are unreachable once it has shown none for 10 s.
        """
        return _swept(await self._run("sweep", _SETTLED_AT_ONCE))

    async def reconcile(self, live_contacts: Collection[str]) -> tuple[str, ...]:
        """End the conversations that dead controllers left behind and whose channel is gone.

        Those of this controller's node: no other Asterisk than its own has been asked.

        Args:
            live_contacts: The contacts whose channel exists in Asterisk, asked for just now.

        Returns:
            The contacts whose conversation was over.
        """
        return tuple(await self._run("reconcile", self._controller, *live_contacts))

    async def adopt(self, queues: Iterable[Queue]) -> tuple[str, ...]:
        """Have these queues work as they say from now on, whoever matches.

        By their strategy and weight, that is, and by how many agents they have rung at once.

        Those of a queue that nobody has told of are the default ones. Any controller may say it,
        also again: what was said last counts, and all read the same files.

        Args:
            queues: All that the organisation has. Of others, once nobody is in them, neither this
                is kept nor how long their contacts took.

        Returns:
            The ready agents who stand anew, because a strategy of theirs is another now.
        """
        words: list[str | int] = []
        for queue in queues:
            words += queue.name, queue.strategy.value, queue.weight, queue.ring_at_once
        return tuple(await self._run("adopt", *words))

    async def tick(self, queues: Iterable[Queue]) -> Tick:
        """Renew, sweep and match, all in one round trip.

        So whoever time has made a pair, e.g. by a wrap-up that is over or a skill that is required
        no longer, is offered at once. Pairs are made by the order of effective arrival over all
        queues, as far as they weigh the same; there may be more, while there are any in the reply.
        """
        now = self.clock()
        calls: list[Call] = [
            ("renew", now, self._controller),
            ("sweep", now, _SETTLED_AT_ONCE),
            (
                "match_all",
                now,
                self._calls_back,
                _PAIRED_AT_ONCE,
                *(queue.name for queue in queues),
            ),
        ]
        lease_end, swept, matched = await self._scripts.run_all(calls)
        offers = tuple(offer for reply in matched if (offer := offer_of(reply)))
        return Tick(_swept(swept), offers, int(lease_end), int(swept[0]), int(swept[1]))

    async def _run(self, name: str, *arguments: str | int) -> Reply:
        return await self._scripts.run(name, self.clock(), *arguments)


def _swept(reply: Reply) -> Swept:
    _, _, *changed = reply
    return Swept(*map(tuple, changed))
