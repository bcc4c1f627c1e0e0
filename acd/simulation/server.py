"""A ``redis-server`` of the simulation's own: nothing is kept, and no other can reach it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from acd.simulation.errors import RedisServerFailed, RedisServerMissing

_PROBES, _PROBE_SECONDS = 500, 0.02
_STOP_SECONDS = 10


@contextmanager
def private_redis() -> Iterator[Path]:
    """The Unix socket of a server that ends with the block.

    Raises:
        RedisServerMissing: None is installed.
        RedisServerFailed: It does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisServerMissing
    with tempfile.TemporaryDirectory(prefix="vaxel-simulation-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [
            program,
            *("--port", "0"),
            *("--unixsocket", str(socket), "--unixsocketperm", "600"),
            *("--dir", folder),
            *("--save", "", "--appendonly", "no"),
        ]
        # Fixed words and a folder that was made just now.
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for(socket)
            yield socket
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(socket: Path) -> None:
    retry = Retry(
        ConstantBackoff(_PROBE_SECONDS), _PROBES, supported_errors=(RedisConnectionError,)
    )
    try:
        with Redis(unix_socket_path=str(socket), retry=retry) as redis:
            redis.ping()
    except RedisError as error:
        raise RedisServerFailed(str(error)) from error
