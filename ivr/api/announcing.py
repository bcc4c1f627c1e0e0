"""Announcements to every caller: who may read sees which are on, admins switch them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from ivr.api.errors import NothingThere, RequestInvalid
from ivr.api.models import Nothing
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role, Token
from ivr.world.announcements import LONGEST_S, SHORTEST_S, Announcements, SwitchedOn, Words
from store.stream import REPLY_SECONDS

_MOST_LANGUAGES: Final = 50


class Announcement(BaseModel):
    """One announcement of the organisation's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    on: bool
    until_ms: int | None = Field(description="When it goes off by itself; null when it is off.")
    words: dict[str, str] = Field(description="Own words by language, in place of the file's.")
    recorded: bool = Field(description="Whether somebody has spoken it by telephone.")


class AnnouncementList(BaseModel):
    """All announcements of the organisation's file, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: tuple[Announcement, ...]


class SwitchOn(BaseModel):
    """What it takes to switch one on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    for_ms: Annotated[int, Field(ge=SHORTEST_S * 1000, le=LONGEST_S * 1000, strict=True)]
    words: dict[str, Words] = Field({}, max_length=_MOST_LANGUAGES)


async def announcements(house: House, _asked: Asked[Nothing, Nothing]) -> AnnouncementList:
    """All of them; Redis is asked once for each."""
    kept = _kept(house)
    names = sorted(house.office.organisation.announcements)
    found = [_told(name, await kept.on(name, REPLY_SECONDS)) for name in names]
    return AnnouncementList(items=tuple(found))


async def switch_on(house: House, asked: Asked[Nothing, SwitchOn]) -> Announcement:
    """Switch one on, for running calls too."""
    name, words = _named(house, asked), asked.body.words
    languages = house.office.organisation.languages
    if words.keys() - set(languages):
        raise RequestInvalid(
            "words: the organisation does not speak one of these languages.",
            f"It speaks: {', '.join(languages)}.",
        )
    seconds = asked.body.for_ms / 1000
    await _kept(house).switch_on(name, seconds, words, who=_who(asked.token))
    return _told(name, await _kept(house).on(name, REPLY_SECONDS))


async def switch_off(house: House, asked: Asked[Nothing, Nothing]) -> Announcement:
    """Switch one off at once."""
    name = _named(house, asked)
    await _kept(house).switch_off(name, who=_who(asked.token))
    return _told(name, None)


ANNOUNCING: Final = (
    Route(
        method="GET",
        path="/announcements",
        role=Role.VIEWER,
        summary="Announcements to every caller, and until when each is on.",
        serve=announcements,
        answer=AnnouncementList,
    ),
    Route(
        method="PUT",
        path="/announcements/{announcement}",
        role=Role.ADMIN,
        summary="Switch an announcement on for some time.",
        serve=switch_on,
        answer=Announcement,
        body=SwitchOn,
    ),
    Route(
        method="DELETE",
        path="/announcements/{announcement}",
        role=Role.ADMIN,
        summary="Switch an announcement off.",
        serve=switch_off,
        answer=Announcement,
    ),
)


def _kept(house: House) -> Announcements:
    return house.office.around.announcements


def _named(house: House, asked: Asked[Nothing, SwitchOn] | Asked[Nothing, Nothing]) -> str:
    name = asked.path["announcement"]
    if name not in house.office.organisation.announcements:
        raise NothingThere("announcement", name)
    return name


def _who(token: Token) -> str:
    return f"{token.name} (API)"  # beside the users of the command


def _told(name: str, switched: SwitchedOn | None) -> Announcement:
    return Announcement(
        name=name,
        on=switched is not None,
        until_ms=None if switched is None else switched.ends_ms,
        words={} if switched is None else dict(switched.words),
        recorded=switched is not None and bool(switched.sound),
    )
