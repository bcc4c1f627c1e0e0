"""The node types, one module each. A new file here is a new node type; nothing else changes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from ivr.flow.tree import Node


def _node_types() -> Mapping[str, type[Node]]:
    types: dict[str, type[Node]] = {}
    for module in pkgutil.iter_modules(__path__):
        contents = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for value in contents.values():
            if isinstance(value, type) and issubclass(value, Node) and value is not Node:
                types[value.verb] = value
    return MappingProxyType(types)


NODE_TYPES = _node_types()
"""Every node type by the verb that names it."""
