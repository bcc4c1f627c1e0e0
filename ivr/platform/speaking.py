"""Every sentence that is known before a call, rendered while somebody watches ``vaxel up``.

The controller finds it done and takes calls at once; where nobody ran ``vaxel up`` it does the same
by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ivr.flow.load import Catalogue
from ivr.platform.paths import Layout
from ivr.prompts.prompting import make_ready, paced
from media.espeak import Espeak
from media.prompts import PromptStore


async def render_ahead(
    layout: Layout, catalogue: Catalogue, stop: asyncio.Event, tell: Callable[[str], None]
) -> None:
    """Have the prompts ready, or as many as there is time for until ``stop`` is set.

    Args:
        layout: Where to; its folders exist.
        catalogue: Whose sentences.
        stop: Ends it early.
        tell: Told now and again how far it is, if it takes longer than two seconds.

    Raises:
        media.errors.MediaError: A sentence cannot be spoken.
    """
    rendering = asyncio.create_task(_render(layout, catalogue, tell))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({rendering, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if rendering.done():
            rendering.result()
    finally:
        stopped.cancel()
        rendering.cancel()
        with suppress(asyncio.CancelledError, Exception):  # what it met is told above
            await rendering


async def _render(layout: Layout, catalogue: Catalogue, tell: Callable[[str], None]) -> None:
    speech = await Espeak.find()
    async with PromptStore(layout.prompts, speech) as store:
        await make_ready(
            store,
            catalogue,
            speech,
            paced(lambda done, total: tell(f"Rendering prompts: {done} of {total}")),
        )
