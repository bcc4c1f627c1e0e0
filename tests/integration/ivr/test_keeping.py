"""What is kept of supervisors' acts is kept as long as the organisation says."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from ivr.office import Office
from ivr.supervision.keeping import Keeping
from store.columns import instant
from store.database import Database
from store.errors import DatabaseAway
from store.models import SupervisorAct
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up
from tests.supervised_day import ACTS, AT, ORG, afternoon

pytestmark = pytest.mark.integration

A_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)


async def kept(database: Database) -> list[float]:
    """When each act was that is there, seconds."""
    async with database.reading() as session:
        found = await session.scalars(select(SupervisorAct.at).order_by(SupervisorAct.at))
        return [(at - instant(AT)).total_seconds() for at in found]


@pytest.fixture
async def noted(database: Database) -> Database:
    stream = DayStream(afternoon())
    await caught_up(stream, ContactProjection(database, stream, ORG))
    return database


def house(keep_days: int, org: str = ORG) -> dict[str, Office]:
    organisation = SimpleNamespace(audit=SimpleNamespace(keep_days=keep_days))
    return {org: cast(Office, SimpleNamespace(organisation=organisation))}


async def test_an_act_goes_when_its_time_is_over_and_no_earlier(noted: Database) -> None:
    a_year_on = AT + 365 * A_DAY_MS
    due, stay = [0, 10, 12, 15], [act[0] for act in ACTS if act[0] >= 20]
    assert await kept(noted) == due + stay
    keeping = Keeping(noted, house(365), lambda: a_year_on + 20_000)
    await keeping.expire()
    await keeping.expire()
    assert await kept(noted) == stay
    await Keeping(noted, house(1, "village"), lambda: a_year_on + 20_000).expire()
    assert await kept(noted) == stay


async def test_old_acts_wait_for_the_database_and_go_the_next_time(noted: Database) -> None:
    looks: list[float] = []

    class Flaky:
        def writing(self) -> Any:
            if not looks:
                raise DatabaseAway("away")
            return noted.writing()

    async def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    keeping = Keeping(cast(Database, Flaky()), house(1), lambda: AT + 10 * A_DAY_MS)
    with pytest.raises(KeyboardInterrupt):
        await keeping.run(sleep)
    assert (looks, await kept(noted)) == ([3600, 3600], [])
