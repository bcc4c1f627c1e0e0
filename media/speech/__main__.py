"""``python -m media.speech``: the speech server as its own process."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import structlog

from media.speech.errors import SpeechError
from media.speech.nurse import Nurse
from media.speech.pool import Pool
from media.speech.server import bound, serve

_FAILED = 2


def main() -> int:
    """Run until SIGTERM or Ctrl-C; 2 when it cannot."""
    asked = _arguments().parse_args()
    _log_as_json()
    told: list[str] = []
    try:
        asyncio.run(_run(asked.host, asked.port, asked.workers or _cores(), asked.models))
    except* SpeechError as failed:
        told = [str(error) for error in failed.exceptions]
    print(*told, sep="\n", end="\n" if told else "", file=sys.stderr)
    return _FAILED if told else 0


async def _run(host: str, port: int, workers: int, folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with bound(host, port) as address:
        async with Pool(Nurse(folder), workers) as pool:
            await serve(pool, address, stop)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m media.speech",
        description="Recognise speech for Asterisk: an AEAP speech_to_text server on "
        "ws://HOST:PORT/aeap. /livez and /stats tell how it fares, and which languages are "
        "loaded. `vaxel up` starts it with the installation's settings.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default %(default)s)")
    parser.add_argument("--port", type=int, default=19274, help="port (default %(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="processes that decode; 0, the default, is one a core",
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("~/.cache/vaxel/models").expanduser(),
        help="folder with Vosk models, one folder each (default %(default)s); models that are "
        "installed as packages are found by themselves",
    )
    return parser


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _log_as_json() -> None:
    """Log to standard error, one JSON object a line. No personal data is logged in this room."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    sys.exit(main())
