"""``vaxel dashboards``: what Grafana would show, asked of the platform's own Prometheus."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from ivr.platform.preflight import load_settings
from ivr.settings import PrometheusSettings

_SPAN = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("dashboards")(dashboards)


def _span(text: str) -> int:
    """Seconds of ``90s``, ``15m``, ``8h``, ``7d``."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is no time; write 90s, 15m, 8h or 7d", param_hint="--since"
        )
    return int(found[1]) * _SECONDS[found[2]]


def dashboards(
    name: Annotated[
        str, typer.Argument(help="overview, queue, agents, callbacks or platform.")
    ] = "overview",
    *,
    org: Annotated[
        str | None, typer.Option(help="One organisation; else all together.", show_default=False)
    ] = None,
    queue: Annotated[
        str | None, typer.Option(help="One queue; else all together.", show_default=False)
    ] = None,
    formula: Annotated[
        str, typer.Option(help="The service level's formula: F1 to F5, F6+FO-SA, F6-AB.")
    ] = "F3",
    since: Annotated[
        str, typer.Option(metavar="TIME", help="How long ago the figures begin: 90s, 15m, 8h, 7d.")
    ] = "15m",
) -> None:
    """Show a dashboard's figures in the terminal, as the platform's Prometheus has them.

    The same panels and queries as Grafana's. Needs the platform running; operations can look
    without Grafana.
    """
    settings = load_settings().prometheus
    chosen = {"org": org, "queue": queue, "formula": formula}
    shown = asyncio.run(
        _shown(settings, name, _span(since), {key: text for key, text in chosen.items() if text})
    )
    Console(highlight=False).print(shown)


async def _shown(
    settings: PrometheusSettings, name: str, since: int, chosen: dict[str, str]
) -> RenderableType:
    # here, not above: the other commands answer before all of this is read
    from monitoring.dashboards import board_named  # noqa: PLC0415 - as said
    from monitoring.dashboards.asking import Span, ask, values_of  # noqa: PLC0415 - as said
    from monitoring.dashboards.terminal import drawn  # noqa: PLC0415 - as said
    from monitoring.prometheus import Prometheus  # noqa: PLC0415 - as said

    board = board_named(name)
    now = time.time()
    span = Span(now - since, now)
    async with Prometheus(f"http://{settings.host}:{settings.port}") as prometheus:
        values = await values_of(board, prometheus, chosen)
        answers = await ask(board, prometheus, values, span)
    return drawn(board, values, answers, span)
