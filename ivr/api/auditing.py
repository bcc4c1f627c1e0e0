"""What supervisors have done, for whoever watches over them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from ivr.api.models import Limit, Millis, Nothing
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role
from monitoring.report.acts import Wanted, lasted_ms, read_acts
from store.columns import instant
from store.database import Database
from store.models import ActOutcome, SupervisorAct, Via

_END_OF_TIME_MS: Final = 253_402_300_799_999  # the last moment of the year 9999
_NAME: Final = r"^[\w.\-]*$"
"""PostgreSQL takes no NUL."""


class ActsPage(BaseModel):
    """Which acts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_ms: int = Field(0, ge=0, le=_END_OF_TIME_MS, description="Those from here on,")
    until_ms: int = Field(_END_OF_TIME_MS, ge=0, le=_END_OF_TIME_MS, description="and before this.")
    supervisor: str = Field(
        "", max_length=80, pattern=_NAME, description="Only of this number or token."
    )
    agent: str = Field(
        "", max_length=64, pattern=_NAME, description="Only what was done to this agent."
    )
    after: str = Field("", pattern=r"^[0-9]{0,15}$", description="`next` of the page before.")
    limit: Limit = 100


class Act(BaseModel):
    """One act of a supervisor, or one that was refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_ms: Millis
    supervisor: str = Field(description="Number, or name of the token.")
    via: Via
    phone: str = Field(description="Where the supervisor is, if at a phone that is told.")
    act: str = Field(
        description="listen, whisper, barge, take_over, present (in a way that is not known),"
        " pause, unpause, logout, result, prioritise, move, cancel; empty where it had not come to"
        " that."
    )
    outcome: ActOutcome
    reason: str = Field(description="Why it was refused, or of a pause; else empty.")
    agent: str
    contact: str
    queue: str
    lasted_ms: Millis | None = Field(
        description="Of a way into a conversation, once it is over and its end is known."
    )
    to_queue: str = Field(description="Where a call was moved to; else empty.")
    credit_ms: Millis | None = Field(description="Of a priority.")


class Acts(BaseModel):
    """Acts in the order in which they were noted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: tuple[Act, ...]
    next: str | None = Field(description="What `after` is for the next page; null at the end.")


class Auditing:
    """The page of what supervisors have done.

    Attributes:
        routes: It.
    """

    def __init__(self, database: Database) -> None:
        """Make it.

        Args:
            database: The record.
        """
        self._database = database
        self.routes = (
            Route(
                method="GET",
                path="/audit",
                role=Role.ADMIN,
                summary="What supervisors have done, by phone and by the API.",
                serve=self._acts,
                answer=Acts,
                query=ActsPage,
            ),
        )

    async def _acts(self, house: House, asked: Asked[ActsPage, Nothing]) -> Acts:
        """Some of what was noted; the database is asked once.

        Raises:
            DatabaseAway: The database does not answer.
        """
        query = asked.query
        wanted = Wanted(
            instant(query.from_ms),
            instant(query.until_ms),
            query.supervisor,
            query.agent,
            after=int(query.after or 0),
            most=query.limit + 1,
        )
        found = await read_acts(self._database, house.office.organisation.id, wanted)
        shown = found[: query.limit]
        following = str(shown[-1].id) if len(found) > query.limit else None
        return Acts(items=tuple(map(_told, shown)), next=following)


def _told(act: SupervisorAct) -> Act:
    return Act(
        at_ms=_epoch_ms(act.at),
        supervisor=act.supervisor,
        via=act.via,
        phone=act.phone or "",
        act=act.act or "",
        outcome=act.outcome,
        reason=act.reason or "",
        agent=act.agent or "",
        contact=act.contact or "",
        queue=act.queue or "",
        lasted_ms=lasted_ms(act),
        to_queue=act.to_queue or "",
        credit_ms=act.credit_ms,
    )


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
