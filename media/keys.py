"""By what a prompt is found: the hash of what is said."""

from __future__ import annotations

import hashlib


def prompt_key(text: str, language: str) -> str:
    """The name of a prompt's file, without ``.wav``: 32 hexadecimal digits."""
    return hashlib.sha256(f"{language}\0{text}".encode("utf-8", "replace")).hexdigest()[:32]
