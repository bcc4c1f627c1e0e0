"""The running controller asked about its call trees, from another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout

from ivr.platform.errors import RetirementRefused
from ivr.settings import Settings

PATH: Final = "/trees"
"""Where the controller tells and is told of them, see :mod:`ivr.live.pages`."""

_STATUS_S: Final = 3.0
_RELOAD_S: Final = 300.0
"""As long as new prompts may take to be spoken."""


@dataclass(frozen=True, slots=True)
class TreesStanding:
    """The call trees of one organisation, as the controller tells it.

    Attributes:
        org: The organisation.
        version: That calls get, ``""`` where it is not served.
        since: Since then, ISO 8601.
        refused: What is wrong with the newer ones on disk, ``""`` for nothing.
    """

    org: str
    version: str
    since: str
    refused: str


@dataclass(frozen=True, slots=True)
class ReloadAnswer:
    """What a reload came to.

    Attributes:
        outcome: See :class:`ivr.live.model.Outcome`.
        changed: The new version by organisation.
        refused: What is wrong, by organisation.
    """

    outcome: str
    changed: Mapping[str, str]
    refused: Mapping[str, str]


async def trees_standing(settings: Settings) -> list[TreesStanding] | None:
    """How the trees of all organisations stand; ``None`` where no controller tells."""
    try:
        async with _controller(settings, _STATUS_S) as http, http.get(PATH) as answer:
            answer.raise_for_status()
            told = (await answer.json())["organisations"]
            return [
                TreesStanding(
                    org, one.get("version", ""), one.get("since", ""), one.get("refused", "")
                )
                for org, one in sorted(told.items())
            ]
    except (ClientError, OSError, TimeoutError, ValueError, KeyError, AttributeError):
        return None


async def reload(settings: Settings, who: str) -> ReloadAnswer | None:
    """Let the controller reload; ``None`` where there is none.

    Args:
        settings: Where it listens.
        who: Who asks.
    """
    try:
        async with (
            _controller(settings, _RELOAD_S) as http,
            http.post(f"{PATH}/reload", json={"who": who}) as answer,
        ):
            answer.raise_for_status()
            return ReloadAnswer(**await answer.json())
    except (ClientError, OSError, TimeoutError, ValueError, TypeError):
        return None


async def retire(settings: Settings, org: str, who: str) -> ReloadAnswer | None:
    """Let the controller end an organisation; ``None`` where there is none.

    Args:
        settings: Where it listens.
        org: Which.
        who: Who asks.

    Raises:
        RetirementRefused: It says why not.
    """
    try:
        async with (
            _controller(settings, _RELOAD_S) as http,
            http.post(f"{PATH}/retire/{quote(org, safe='')}", json={"who": who}) as answer,
        ):
            if answer.status == HTTPStatus.CONFLICT:
                raise RetirementRefused(await answer.text())
            answer.raise_for_status()
            return ReloadAnswer(**await answer.json())
    except (ClientError, OSError, TimeoutError, ValueError, TypeError):
        return None


def _controller(settings: Settings, seconds: float) -> ClientSession:
    http = settings.http
    host = "127.0.0.1" if http.host == "0.0.0.0" else http.host  # noqa: S104 - compared
    return ClientSession(f"http://{host}:{http.port}", timeout=ClientTimeout(total=seconds))
