"""The call trees as an installation knows them, for its start and for commands beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.flow.errors import TreesInvalidError
from ivr.flow.load import Catalogue
from ivr.live.first import first_trees, in_place
from ivr.platform.errors import TreesInvalid
from ivr.platform.preflight import layout_of
from ivr.settings import Settings
from store.errors import StoreError
from store.tree_files import Version


async def known_trees(settings: Settings, warn: Callable[[str], None]) -> Catalogue:
    """Every organisation that is right on disk or was served before. Nothing is changed.

    Args:
        settings: Of the installation; its store is asked only while files are broken.
        warn: Told a sentence for each organisation that is not as its files say.

    Raises:
        TreesInvalid: Nothing can be served.
    """
    try:
        first = await first_trees(settings.trees, lambda: _before(settings))
    except (TreesInvalidError, OSError) as error:
        raise TreesInvalid(str(error)) from error
    for warning in first.warnings():
        warn(warning)
    return Catalogue.together(part.catalogue for part in first.parts.values())


def known_trees_now(settings: Settings, warn: Callable[[str], None]) -> Catalogue:
    """As :func:`known_trees`, where no event loop runs."""
    return asyncio.run(known_trees(settings, warn))


async def _before(settings: Settings) -> list[Version]:
    """What served before; nothing where there is no store yet, or it is away."""
    file = layout_of(settings).database
    if not settings.database_url and not file.exists():
        return []
    # here, not above: a start from files that are right needs no database, and SQL takes its time
    from ivr.platform.stores import database_of  # noqa: PLC0415 - as said
    from store.tree_history import TreeHistory  # noqa: PLC0415 - as said

    try:
        async with database_of(settings) as database:
            return await in_place(TreeHistory(database))
    except StoreError:
        return []
