"""Dashboards as code: written once, drawn by Grafana and by `vaxel dashboards`.

`python -m monitoring.dashboards` writes Grafana's files anew; a test holds them to the code.
"""

from __future__ import annotations

from pathlib import Path

from monitoring.dashboards.agents import AGENTS
from monitoring.dashboards.callbacks import CALLBACKS
from monitoring.dashboards.model import Board
from monitoring.dashboards.overview import OVERVIEW
from monitoring.dashboards.platform import PLATFORM
from monitoring.dashboards.queue import QUEUE
from monitoring.errors import UnknownBoard

BOARDS: tuple[Board, ...] = (OVERVIEW, QUEUE, AGENTS, CALLBACKS, PLATFORM)

FILES = Path(__file__).parents[1] / "grafana" / "dashboards"
"""Where Grafana's files lie, one a board."""


def board_named(name: str) -> Board:
    """One board.

    Raises:
        UnknownBoard: There is none of that name.
    """
    for board in BOARDS:
        if board.name == name:
            return board
    raise UnknownBoard(name, (board.name for board in BOARDS))
