"""A caller is erased from a platform that runs: from every file that it keeps."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from media.tones import BEEP_HZ, tone
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.phones import Cast
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.policies import MAILBOX, MAILBOX_NUMBER

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "+46708888123"
DIGITS = NUMBER.removeprefix("+46").encode()
"""What all of its spellings have in common."""


def _holding(folder: Path) -> list[str]:
    """The files in which the number stands."""
    found = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the platform works on
            if path.is_file() and DIGITS in path.read_bytes():
                found.append(str(path.relative_to(folder)))
    return found


async def test_after_an_erasure_no_file_of_the_platform_holds_the_number(
    platform: Platform, cast: Cast, journal: Journal
) -> None:
    caller = await cast.caller(NUMBER)
    line = await caller.call(MAILBOX_NUMBER)
    await line.press("3")
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2)
    await line.play(tone(600, 2))
    await line.press("#")
    stored = await journal.wait(EventType.VOICEMAIL_STORED, mailbox=MAILBOX)
    await journal.wait(EventType.CONTACT_ENDED, contact=stored.contact)
    wish = ("--org", ORG, "--queue", "support")
    code, said = await platform.vaxel("callbacks", "add", NUMBER, *wish)
    assert code == 0, said
    called = await journal.wait(EventType.CALLBACK_REQUESTED)
    assert await asyncio.to_thread(_holding, platform.layout.state)

    code, said = await platform.vaxel("recordings", "erase", "0708-88 81 23", "--yes")
    assert code == 0, said
    lines = said.splitlines()
    assert lines[0].startswith(stored.fields["recording"])
    assert "Erased: 1 recording," in lines[1]
    assert (
        "1 open callback, 0 notes of earlier calls, the number of 1 contact and 1 event."
        in lines[1]
    )
    assert len(lines) == 2, "nothing is left to be done"

    ended = await journal.wait(EventType.CALLBACK_ENDED, contact=called.contact)
    assert ended.fields["outcome"] == "cancelled"
    (row,) = platform.rows("SELECT * FROM contacts WHERE id = ?", stored.contact)
    assert (row["caller"], row["dialled"]) == (None, MAILBOX_NUMBER)
    assert await asyncio.to_thread(_holding, platform.layout.state) == []
