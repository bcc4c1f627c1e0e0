"""A caller is erased: no place of the platform leads from the number to the person any more."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.model.callback import CallbackRules
from acd.model.queue import Queue
from ivr.cli.erasing import CallbackLine
from ivr.flow.world import Remembered
from ivr.world.recognition_of_callers import CallerMemory
from recorder import erasure as erasing
from recorder.erasure import Erased, Erasure, Places
from recorder.sidecar import Sidecar
from store import forgetting
from store.database import Database
from store.events import Event, EventType
from store.models import Contact, RecordingAction, Transcript
from store.projection import ContactProjection
from store.stream import EventStream, connect
from tests.integration.conftest import files_with, running_redis
from tests.integration.following import caught_up
from tests.integration.recorder.conftest import OFFERED_MS, ORG, SIDECAR, Desk
from tests.integration.recorder.fuse import Fuse, Killed, armed, armed_async

pytestmark = pytest.mark.integration

ANNA, BO = SIDECAR.caller, "+4687654321"
SPELLINGS = frozenset({ANNA, "0701234567"})


@dataclass
class Office(Desk):
    """A recorder's desk with Redis at hand."""

    redis: Redis = field(kw_only=True)

    @property
    def callbacks(self) -> Callbacks:
        return Callbacks(self.redis, ORG, system_clock)

    @property
    def memory(self) -> CallerMemory:
        return CallerMemory(self.redis, ORG, "secret", ("SE",))

    @property
    def spool(self) -> Path:
        return self.folder.parent / "spool"

    def erasure(self) -> Erasure:
        places = Places(
            self.database,
            self.redis,
            self.spool,
            lambda org: CallbackLine(Callbacks(self.redis, org, system_clock)),
            lambda org: self.memory if org == ORG else CallerMemory(self.redis, org, "x", ()),
        )
        return Erasure(self.folder, self.deleter, places, lambda: self.now_ms)

    async def erase(self) -> Erased:
        return await self.erasure().erase(SPELLINGS, "anna", "asked by letter")

    async def call(self, contact: str, caller: str) -> None:
        """A contact, in the events and in the rows."""
        started = EventType.CONTACT_STARTED
        fields = {"caller": caller, "dialled": "100", "tree": "main", "version": "0a1b"}
        await self.stream.append(
            Event(started, at=OFFERED_MS, org=ORG, contact=contact, fields=fields)
        )

    async def caught_up(self) -> None:
        """The rows are as far as the events."""
        await caught_up(self.stream, ContactProjection(self.database, self.stream, ORG))

    async def promise(self, number: str) -> str:
        queue = Queue("fees")
        return await self.callbacks.add(
            number, queue, language="sv", answers={}, rules=CallbackRules()
        )

    async def broken(self, n: int, contact: str = SIDECAR.contact, caller: str = ANNA) -> Sidecar:
        """A recording that could not be finished."""
        sidecar = replace(SIDECAR, n=n, contact=contact, caller=caller)
        await self.recorder.expect(sidecar)
        (self.incoming / f"{sidecar.base}-agent.wav").write_bytes(b"GIF89a" * 100)
        await self.recorder.sweep()
        return sidecar

    def message(self, name: str, callerid: str) -> list[Path]:
        """A message that Asterisk took by itself."""
        folder = self.spool / "default" / "survivable" / "INBOX"
        folder.mkdir(parents=True, exist_ok=True)
        text, sound = folder / f"{name}.txt", folder / f"{name}.wav"
        text.write_text(f"[message]\norigmailbox=survivable\ncallerid={callerid}\norigtime=1\n")
        sound.write_bytes(b"RIFF")
        return [text, sound]

    async def callers(self) -> set[str | None]:
        async with self.database.reading() as session:
            return set(await session.scalars(select(Contact.caller)))


@pytest.fixture
def office(desk: Desk, redis: Redis) -> Office:
    return Office(desk.folder, desk.database, desk.stream, redis=redis)


async def test_a_caller_is_erased_wherever_the_number_stands_and_nobody_else(
    office: Office,
) -> None:
    theirs, others = await office.store(
        await office.voicemail(1), await office.voicemail(2, caller=BO)
    )
    await office.call("a", "0701234567")
    await office.call("b", BO)
    await office.caught_up()
    broken = await office.broken(3)
    await office.promise(ANNA)
    kept = await office.promise(BO)
    for number in (ANNA, BO):
        await office.memory.remember_language(number, "en", 90)
    gone = office.message("msg0000", '"Anna" <0701234567>')
    left = office.message("msg0001", f'"Bo" <{BO}>')

    shown = await office.erasure().find(SPELLINGS)
    erased = await office.erase()

    found = erased.found
    assert (shown.contacts, shown.events, shown.callbacks) == (
        found.contacts,
        found.events,
        found.callbacks,
    )
    assert [row.id for row in found.recordings] == [theirs]
    assert [one.base for one in found.failed] == [broken.base]
    assert (found.contacts, found.events, len(found.callbacks[ORG])) == (1, 1, 1)
    assert found.remembered == shown.remembered == 1
    assert await office.memory.recall("0701234567", 90) == Remembered()
    assert (await office.memory.recall(BO, 90)).language == "en"
    assert (erased.unfinished, erased.behind, erased.logged) == (0, (), False)

    assert [Path(name).name for name in office.files()] == [f"{others}.opus.enc"]
    assert list(office.failed.iterdir()) == []
    assert {row.caller for row in await office.rows()} == await office.callers() == {None, BO}
    async with office.database.reading() as session:
        assert list(await session.scalars(select(Transcript.recording))) == [others]
    assert [row.contact for row in await office.callbacks.open()] == [kept]
    started = await office.events(EventType.CONTACT_STARTED)
    assert [(event.contact, event.fields.get("caller")) for event in started] == [
        ("a", None),
        ("b", BO),
    ]
    assert [path.exists() for path in gone + left] == [False, False, True, True]
    (event,) = await office.events(EventType.RECORDING_DELETED)
    assert event.fields["reason"] == "erasure"
    each, summary = await office.accesses()
    assert (each.recording, each.who, each.reason) == (theirs, "anna", "asked by letter")
    assert summary.action is RecordingAction.ERASE
    assert "1 recordings, 1 contacts, 1 events, 1 callbacks, 1 failed" in (summary.detail or "")

    again = (await office.erase()).found
    assert (again.recordings, again.contacts, again.events, again.failed) == ((), 0, 0, ())


async def test_a_caller_is_erased_on_any_database(
    tmp_path: Path, redis: Redis, database: Database
) -> None:
    office = Office(tmp_path / "recordings", database, EventStream(redis, ORG), redis=redis)
    await office.call(SIDECAR.contact, ANNA)
    await office.caught_up()
    await office.store(await office.voicemail(1, caller=BO))  # called back elsewhere
    erased = await office.erase()
    assert (len(erased.found.recordings), erased.found.contacts, erased.logged) == (1, 1, False)
    assert await office.callers() == {row.caller for row in await office.rows()} == {None}


async def test_rows_that_are_made_anew_do_not_bring_the_number_back(office: Office) -> None:
    await office.call("a", ANNA)
    await office.caught_up()
    await office.erase()
    await ContactProjection(office.database, office.stream, ORG).rebuild()
    await office.caught_up()
    async with office.database.reading() as session:
        (row,) = await session.scalars(select(Contact))
    assert (row.id, row.caller, row.dialled, row.tree) == ("a", None, "100", "main")


async def test_events_read_before_and_written_after_do_not_bring_the_number_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection = ContactProjection(office.database, office.stream, ORG)
    position = await projection.position()
    await office.call("a", ANNA)
    in_hand = await office.stream.read(position)

    async def slow(_seconds: float) -> None:
        await projection.take_in(position, in_hand)

    erasure = office.erasure()
    monkeypatch.setattr(erasure, "_sleep", slow)
    erased = await erasure.erase(SPELLINGS, "anna", None)
    assert await office.callers() == {None}
    assert erased.behind == ()


async def test_who_lags_behind_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await ContactProjection(office.database, office.stream, ORG).position()
    await office.call("a", ANNA)
    monkeypatch.setattr(erasing, "CATCH_UP_SECONDS", 0.2)
    assert (await office.erase()).behind == (ORG,)
    await office.caught_up()  # it reads the events as they are now
    assert await office.callers() == {None}


async def test_a_talk_at_another_number_that_the_caller_asked_to_be_called_at_goes_too(
    office: Office,
) -> None:
    elsewhere = replace(SIDECAR, contact="a", kind=SIDECAR.kind, caller=BO)
    await office.call("a", ANNA)
    await office.caught_up()
    await office.recorder.expect(elsewhere)
    for path in (await office.talk(99)).legs(office.incoming):
        path.rename(path.with_name(path.name.replace(f"{SIDECAR.contact}-99", elsewhere.base)))
    (office.incoming / f"{SIDECAR.contact}-99.json").unlink()
    await office.store(elsewhere)
    broken = await office.broken(9, contact="a", caller=BO)
    found = (await office.erase()).found
    assert [row.id for row in found.recordings] == [elsewhere.base]
    assert [one.base for one in found.failed] == [broken.base]
    assert office.files() == []


async def test_a_live_recording_of_the_caller_is_told_and_left(office: Office) -> None:
    await office.talk(1)
    assert (await office.erasure().find(SPELLINGS)).unfinished == 1
    erased = await office.erase()
    assert (erased.unfinished, erased.found.recordings) == (1, ())
    assert len(office.left()) == 3


async def test_a_callback_in_which_they_talk_by_now_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = await office.promise(ANNA)
    cancel = Callbacks.cancel

    async def too_late(callbacks: Callbacks, contact: str) -> bool:
        await cancel(callbacks, contact)
        return await cancel(callbacks, contact)

    monkeypatch.setattr(Callbacks, "cancel", too_late)
    erased = await office.erase()
    assert (dict(erased.found.callbacks), erased.unfinished) == ({ORG: [contact]}, 1)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_recording_that_is_finished_meanwhile_is_not_overlooked(
    office: Office, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    sidecar = await office.talk()
    look, loop = erasing._sidecars, asyncio.get_running_loop()

    def finish() -> None:
        asyncio.run_coroutine_threadsafe(office.store(sidecar), loop).result(20)

    def look_and_finish(folder: Path) -> list[Sidecar]:
        if when == "before":
            finish()
        found = look(folder)
        if when == "after":
            finish()
        return found

    monkeypatch.setattr(erasing, "_sidecars", look_and_finish)
    found = await office.erasure().find(SPELLINGS)
    assert len(await office.rows()) == 1
    assert [row.id for row in found.recordings] == [sidecar.base]
    assert found.unfinished == 0


async def test_killed_between_any_steps_the_next_one_erases_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 0
    killed = True
    while killed:
        await office.store(await office.voicemail(n + 1))
        await office.call(f"a{n}", ANNA)
        await office.caught_up()
        await office.broken(1_000 + n)
        await office.promise(ANNA)
        message = office.message("msg0000", ANNA)
        fuse = Fuse(n)
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(Path, "unlink", armed(fuse, Path.unlink, after=False))
            patch.setattr(Callbacks, "cancel", armed_async(fuse, Callbacks.cancel))
            patch.setattr(EventStream, "append", armed_async(fuse, EventStream.append))
            patch.setattr(Database, "writing", armed(fuse, Database.writing, after=False))
            patch.setattr(erasing, "forget", armed_async(fuse, forgetting.forget))
            await office.erase()
        killed = fuse.blown
        erased = await office.erase()
        n += 1
        assert (erased.unfinished, erased.behind) == (0, ())
        assert office.files() == []
        assert list(office.failed.iterdir()) == []
        assert await office.callers() == {row.caller for row in await office.rows()} == {None}
        assert await office.callbacks.open() == ()
        assert not any(path.exists() for path in message)
        assert (await office.erasure().find(SPELLINGS)).events == 0
        assert len(await office.events(EventType.RECORDING_DELETED)) == n
    assert n > 10


async def test_no_file_of_the_platform_holds_the_number_any_more(
    desk: Desk, tmp_path: Path
) -> None:
    with running_redis(tmp_path, "--appendonly", "yes") as url:
        async with connect(url) as redis:
            office = Office(desk.folder, desk.database, EventStream(redis, ORG), redis=redis)
            await office.store(await office.voicemail(1))
            await office.call("a", ANNA)
            await office.caught_up()
            await office.broken(2)
            await office.promise(ANNA)
            assert len(files_with(tmp_path, ANNA)) > 2
            assert not (await office.erase()).logged
            assert files_with(tmp_path, ANNA) == set()
