"""Log lines: a static message, fields, and no personal data.

Every room logs through the standard library with ``extra={...}``. What belongs to a person (number,
digits, PIN, transcript) may stand only under the field ``pii``; here, on its way out, only the
names of those fields are kept, so that a line still tells what was known without telling it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def scrub_personal_data(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the ``pii`` mapping by the sorted names of its fields."""
    personal = event.get("pii")
    if isinstance(personal, dict):
        event["pii"] = sorted(personal)
    elif personal is not None:
        event["pii"] = "scrubbed"
    return event


def configure_logs(level: int = logging.INFO) -> None:
    """Send every log line to standard error: coloured on a terminal, one JSON object else."""
    terminal = sys.stderr.isatty()
    shape: list[structlog.typing.Processor] = (
        # its own choice of traceback shows local variables: numbers, digits, words
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if terminal
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                scrub_personal_data,
                *shape,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
