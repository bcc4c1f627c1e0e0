"""The language's reference: a page for each node type, written from its model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from ivr.flow.nodes import NODE_TYPES
from ivr.flow.tree import Node
from ivr.flow.wording import attributes, default_of, key_of, models_in, summary, type_of

INDEX = "README.md"
_MADE = "<!-- Written by `vaxel docs` from the node's model; a change here would be lost. -->"


def write(folder: Path) -> list[Path]:
    """Write the pages to ``folder``, which is made; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in pages().items():
        file = folder / name
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return files


def pages() -> dict[str, str]:
    """Each page by its file's name."""
    found = {INDEX: _index()}
    return found | {f"{verb}.md": page(node) for verb, node in sorted(NODE_TYPES.items())}


def page(node: type[Node]) -> str:
    """The page of a node type."""
    lines = [_MADE, f"# `{node.verb}`", "", summary(node), ""]
    if node.example:
        lines += ["```yaml", node.example.strip(), "```", ""]
    lines += _table(node)
    parts = list(dict.fromkeys(_parts(node)))
    for part in parts:
        lines += ["", f"## {_title(part, node)}", "", summary(part), "", *_table(part)]
    return "\n".join(lines) + "\n"


def _index() -> str:
    lines = [_MADE, "# Node types", "", "| node | what it does |", "| --- | --- |"]
    for verb, node in sorted(NODE_TYPES.items()):
        first = summary(node).partition("\n\n")[0]
        lines.append(f"| [`{verb}`]({verb}.md) | {_cell(first)} |")
    return "\n".join(lines) + "\n"


def _table(model: type[BaseModel]) -> Iterator[str]:
    said = attributes(model)
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, info in model.model_fields.items():
        default = default_of(info)
        shown = "needed" if default is None else f"`{default}`" if default else ""
        meaning = said.get(name, _meaning(model, name))
        cells = (f"`{key_of(name, info)}`", type_of(info), shown, meaning)
        yield f"| {' | '.join(map(_cell, cells))} |"


def _meaning(model: type[BaseModel], name: str) -> str:
    """What a key means that needs no words of its own."""
    if issubclass(model, Node) and key_of(name, model.model_fields[name]) == model.verb:
        return summary(model).partition(".")[0] + "."
    return "Where to go on." if name == "then" else ""


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for info in model.model_fields.values():
        for part in models_in(info.annotation):
            yield part
            yield from _parts(part)


def _title(part: type[BaseModel], node: type[Node]) -> str:
    keys = [
        f"`{key_of(name, info)}`"
        for name, info in node.model_fields.items()
        if part in list(models_in(info.annotation))
    ]
    return " and ".join([", ".join(keys[:-1]), keys[-1]] if len(keys) > 1 else keys) or (
        part.__name__
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
