"""An organisation's call trees as files, and how their versions are told apart. No database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Files: TypeAlias = Mapping[str, bytes]
"""Contents by name, relative to the folder of all organisations: ``demo/reception.yaml``."""

SHORT: Final = 12
"""So many digits of a digest tell versions apart for a person."""


@dataclass(frozen=True, slots=True)
class Version:
    """What an organisation's files said at one time."""

    org: str
    number: int
    digest: str
    files: Files = field(repr=False)


def digest_of(files: Files) -> str:
    """The hash of files: the same names and contents have the same one."""
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        whole.update(f"{name}\0{hash_of(content)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def hash_of(content: bytes) -> str:
    """The hash of one file."""
    return hashlib.sha256(content).hexdigest()
