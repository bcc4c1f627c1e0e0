"""The agents' phones, as Asterisk sees them: none is offered a call that cannot be rung.

AMI tells of each change (``DeviceStateChange``), and of all phones after every login and from time
to time (``DeviceStateList``), so that no lost word keeps an agent from work. Every controller tells
the queues of every organisation, since any agent may log in at any phone, and only what has changed
for them: to a phone that rings nothing is offered, nor to one in a conversation. It tells of all
phones what the Asterisk of its own node says; where they are registered follows from that.

No Asterisk knows the telephone of an agent outside. It is well, but while its agent talks to us
(:mod:`ivr.desk.remote_desk`) or another organisation has them.

While AMI is away the last word holds. Where other nodes may ring the phones of this one, it holds
for :data:`RETELL_S`: if Asterisk itself is gone, each call to them would be a vain one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final

from acd.errors import AcdUnavailable
from acd.model.agent import PhoneState
from ivr.agents.elsewhere import Elsewhere, Held
from ivr.agents.remote_agents import remote_phone
from ivr.office import Office
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)

RETELL_S: Final = 30.0
"""All is asked and told anew so often: another controller may have died with an old word last."""

_TOLD_AT_ONCE: Final = 100
"""Phones in one step: while Redis takes it in, no call is given to anybody."""

_RETRY_S: Final = 1.0
_TECHNOLOGY: Final = "PJSIP/"

STATES: Final = {
    "UNKNOWN": PhoneState.WELL,  # nothing is known: Dial will see
    "NOT_INUSE": PhoneState.WELL,
    "INUSE": PhoneState.IN_USE,
    "BUSY": PhoneState.IN_USE,
    "RINGING": PhoneState.IN_USE,
    "RINGINUSE": PhoneState.IN_USE,
    "ONHOLD": PhoneState.IN_USE,
    "UNAVAILABLE": PhoneState.UNREACHABLE,
    "INVALID": PhoneState.UNREACHABLE,
}
"""Asterisk's device states, see ``devicestate.h``."""


class Phones:
    """Follows the agents' phones for a controller."""

    def __init__(
        self,
        ami: AmiClient,
        offices: Mapping[str, Office],
        agents_phones: Collection[str],
        elsewhere: Elsewhere | None = None,
        *,
        node: str = "",
        alone: bool = True,
        retell_s: float = RETELL_S,
    ) -> None:
        """Subscribe to ``ami``, which is not yet connected.

        Args:
            ami: The link.
            offices: Of all organisations; may grow.
            agents_phones: PJSIP endpoints; no other is followed.
            elsewhere: Knows of agents whom another organisation has: to the others their phone is
                in use. ``None``: of none.
            node: Whose Asterisk it is.
            alone: Whether no other node rings its phones.
            retell_s: See :data:`RETELL_S`.
        """
        self._ami = ami
        self._offices = offices
        self._phones = frozenset(agents_phones)
        self._node = node
        self._alone = alone
        self._elsewhere = elsewhere
        self._retell_s = retell_s
        self._asked_at = 0.0
        self._states: dict[str, PhoneState] = {}
        self._told: dict[str, dict[str, PhoneState]] = {}
        self._engaged: Counter[str] = Counter()
        self._telling = asyncio.Lock()
        self._changed = asyncio.Event()
        self._heard: set[str] = set()
        ami.subscribe("DeviceStateChange", self._hear)
        ami.on_connect(self._ask)

    async def run(self) -> None:
        """Tell the queues until cancelled; Redis going away is logged once and waited out."""
        away = False
        self._asked_at = asyncio.get_running_loop().time()
        while True:
            try:
                again_s = await self._tell()
                away = False
                await self._wait(again_s)
            except AcdUnavailable as fault:
                if not away:
                    logger.warning("the queues do not hear of phones", extra={"fault": str(fault)})
                away = True
                await asyncio.sleep(_RETRY_S)

    def look(self) -> None:
        """Tell soon what another organisation has its agents do by now."""
        self._changed.set()

    def reachable(self, phone: str) -> bool:
        """Whether the Asterisk of this node can ring a phone, as far as it has said anything."""
        return self._states.get(phone) is not PhoneState.UNREACHABLE

    @asynccontextmanager
    async def engaged(self, phone: str) -> AsyncIterator[None]:
        """Offer nothing to a telephone outside during the block: its agent talks to us.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        self._engaged[phone] += 1
        try:
            await self._tell()
            yield
        finally:
            self._engaged[phone] -= 1
            self._changed.set()

    def _hear(self, event: Frame) -> None:
        phone = _phone_of(event)
        self._heard.add(phone)
        self._take(phone, event)

    def _take(self, phone: str, event: Frame) -> None:
        state = STATES.get(event.get("State"))
        if phone in self._phones and state is not None and self._states.get(phone) is not state:
            self._states[phone] = state
            self._changed.set()

    async def _ask(self) -> None:
        """Read all states anew, and have all told again."""
        self._asked_at = asyncio.get_running_loop().time()
        self._heard.clear()
        for entry in await self._ami.list("DeviceStateList"):
            phone = _phone_of(entry)
            if phone not in self._heard:  # what has changed meanwhile is newer than the list
                self._take(phone, entry)
        self._told.clear()
        self._changed.set()

    async def _wait(self, again_s: float) -> None:
        """Until there is something to tell; however much that is, all is asked for in time.

        Args:
            again_s: After so many seconds an agent may have been let go elsewhere.
        """
        left_s = self._asked_at + self._retell_s - asyncio.get_running_loop().time()
        try:
            if left_s > 0:
                async with asyncio.timeout(min(again_s, left_s)):
                    await self._changed.wait()
                return
        except TimeoutError:
            if again_s < left_s:
                return
        try:
            await self._ask()
        except AmiError as fault:
            logger.info("phones cannot be asked for", extra={"fault": fault.code})
            if not self._alone:
                self._states = dict.fromkeys(self._states, PhoneState.UNREACHABLE)
                self._changed.set()

    async def _tell(self) -> float:
        """Tell each organisation what it has not heard, and offer calls to who can take them.

        Returns:
            After so many seconds it may be otherwise, without a word of Asterisk.
        """
        async with self._telling:
            self._changed.clear()
            held = Held() if self._elsewhere is None else await self._elsewhere.held()
            for org, office in tuple(self._offices.items()):
                states = {
                    phone: PhoneState.IN_USE
                    if state is PhoneState.WELL and held.keeps_from(org, phone)
                    else state
                    for phone, state in (self._states | self._outside(office)).items()
                }
                await self._tell_news(org, office, states)
            return held.again_s

    async def _tell_news(self, org: str, office: Office, states: Mapping[str, PhoneState]) -> None:
        told = self._told.get(org, {})
        news = [(phone, state) for phone, state in states.items() if told.get(phone) != state]
        for first in range(0, len(news), _TOLD_AT_ONCE):
            some = dict(news[first : first + _TOLD_AT_ONCE])
            back = await office.agents.phones_are(some, self._node)
            for agent in back:
                await office.distributor.match_agent(agent)
        self._told[org] = dict(states)

    def _outside(self, office: Office) -> dict[str, PhoneState]:
        """The telephones outside of an organisation's agents."""
        agents = office.organisation.agents.items()
        phones = [remote_phone(number) for number, agent in agents if agent.remote is not None]
        return {
            phone: PhoneState.IN_USE if self._engaged[phone] else PhoneState.WELL
            for phone in phones
        }


def _phone_of(event: Frame) -> str:
    return event.get("Device").removeprefix(_TECHNOLOGY)
