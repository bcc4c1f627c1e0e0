"""Ports that nobody else has, for platforms side by side."""

from __future__ import annotations

import os
import random
import socket


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_range(count: int) -> int:
    """The first of so many UDP ports in a row; workers side by side never share any.

    Platforms of ``tests/integration`` run beside those of ``tests/e2e``, and carry no call.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + worker % 3 * 3_000  # 20000 and above are those of `make up`
    return random.randrange(first, first + 3_000 - count, 2)
