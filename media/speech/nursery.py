"""The nursery: a process that loads every model once and forks the workers.

A model takes seconds to load and hundreds of megabytes. Forked from here, all workers share one
copy, and a worker that died is replaced within milliseconds. The server itself must not fork: a
child of it would hold its callers' sockets open.

The server writes one byte with a socket attached for each worker that it wants; the other end of
that socket is how the two then speak (:mod:`media.speech.pipe`). The nursery writes lines of JSON:
``{"loading": name}`` before each model, so that a model which takes the process down with it is
known by name; ``{"unusable": name, "error": sentence}``; at last ``{"ready": {language: engine}}``
with all that are loaded; and ``{"born": process id}`` for each worker. It ends, after its workers,
when the server closes.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from media.speech.engine import Engine
from media.speech.errors import ModelUnusable
from media.speech.models import find_models
from media.speech.worker import work

REQUEST = b"w"
"""What comes with each worker's socket."""

NICENESS = 5
"""Of all who decode: on a full machine the calls' sound and the controller come first."""


def main(arguments: Sequence[str]) -> None:
    """Run with the arguments: descriptor of the control socket, models' folder, names to leave."""
    descriptor, folder, *left_out = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the server ends, and we with it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; the server sees the socket
    os.nice(NICENESS)
    control = socket.socket(fileno=int(descriptor))
    with control, contextlib.suppress(ConnectionError):
        engines, names = _load(control, Path(folder), frozenset(left_out))
        gc.freeze()  # a collection in a child would touch, and so copy, what all share
        _tell(control, {"ready": names})
        while True:
            request, descriptors, _, _ = socket.recv_fds(control, len(REQUEST), 1)
            if not request:
                break
            with socket.socket(fileno=descriptors[0]) as connection:
                child = os.fork()
                if child == 0:
                    control.close()
                    work(connection, engines)
                    os._exit(0)  # what the parent would tidy up is the parent's
            _tell(control, {"born": child})
    with contextlib.suppress(ChildProcessError):
        os.wait()  # SIGCHLD is ignored: this waits for all of them


def _load(
    control: socket.socket, folder: Path, left_out: frozenset[str]
) -> tuple[Mapping[str, Engine], Mapping[str, str]]:
    """The engines and their names by language."""
    engines: dict[str, Engine] = {}
    names: dict[str, str] = {}
    for language, model in find_models(folder).by_language.items():
        if model.name in left_out:
            continue
        _tell(control, {"loading": model.name})
        try:
            engines[language] = model.load()
            names[language] = model.engine.value
        except ModelUnusable as error:
            _tell(control, {"unusable": model.name, "error": str(error)})
    return engines, names


def _tell(control: socket.socket, what: Mapping[str, object]) -> None:
    control.sendall(json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
