"""An AMI server that costs nothing an event: it takes any login and sends a file.

Run as ``python -m tests.load.ami.server REPLAY``; prints its port. The kernel copies the replay
(``sendfile``), so the consumer is what is measured. One connection, then it ends.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
from pathlib import Path


def _answer(conn: socket.socket, request: bytes) -> None:
    action_id = re.search(rb"ActionID: ([^\r\n]*)", request)
    own = b"ActionID: " + action_id.group(1) + b"\r\n" if action_id else b""
    conn.sendall(b"Response: Success\r\n" + own + b"Message: Authentication accepted\r\n\r\n")


def _drain(conn: socket.socket) -> None:
    """Swallow pings: an answer could fall into the middle of an event of the file."""
    while conn.recv(65536):
        pass


def main(replay: Path) -> None:
    """Serve one consumer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        conn, _ = listener.accept()
    with conn, replay.open("rb") as file:
        conn.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        request = b""
        while b"\r\n\r\n" not in request:
            request += conn.recv(65536)
        _answer(conn, request)
        reader = threading.Thread(target=_drain, args=(conn,), daemon=True)
        reader.start()
        try:
            conn.sendfile(file)
            reader.join()
        except ConnectionError:
            pass  # the consumer has seen enough


if __name__ == "__main__":
    main(Path(sys.argv[1]))
