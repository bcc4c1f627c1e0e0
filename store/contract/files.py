"""The files of the contract, written from its table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from store.contract.page import page
from store.contract.schema import schemas, to_json

FOLDER: Final = Path(__file__).parent
"""Where they lie."""


def texts() -> Mapping[str, str]:
    """Each file's text by its name."""
    made = {f"{name}.json": to_json(schema) for name, schema in schemas().items()}
    return {"README.md": page(), **made}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write them to ``folder``, which is made; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")
        files.append(folder / name)
    return files
