"""Files that only their owner may read, changed as a whole by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ivr.platform.errors import SecretsUnreadable


def read_private(path: Path) -> Any:
    """What a file holds, as JSON has it; ``None`` where there is none.

    Raises:
        SecretsUnreadable: It is damaged, or others than its owner may read it.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            held = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SecretsUnreadable(
            f"{path} cannot be read ({error}); mend it, or remove it to begin anew."
        ) from error
    if mode & 0o077:
        raise SecretsUnreadable(
            f"{path} may be read by others (mode {mode:04o}); run: chmod 600 {path}"
        )
    return held


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file as a whole; it is never readable for others, not even for a moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.replace(path)


@contextmanager
def alone_at(path: Path) -> Iterator[None]:
    """Change the file within the block; another process waits meanwhile. No file is left behind."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
