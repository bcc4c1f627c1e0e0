"""The language as JSON Schemas, so that an editor completes and checks it while an admin types.

They follow from the models. A schema knows the form of a file only: ``vaxel check`` knows the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ivr.flow.nodes import NODE_TYPES
from ivr.flow.organisation import Organisation
from ivr.flow.shelf import SubTreeFile
from ivr.flow.tree import Node
from ivr.flow.tree_file import TreeFile
from ivr.flow.trials.trial import TrialFile
from ivr.flow.wording import attributes, key_of, summary

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{model}"
_SUBTREES_ONLY = "return"
_SHORT_FORM: Mapping[str, Any] = {"type": ["string", "number"]}
"""What a validator may read that comes before the type's own; it tells no more of itself."""
_PLACEHOLDER: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^\s*\{\{.*\}\}\s*$",
    "description": "The value of a parameter.",
}


def schemas() -> Mapping[str, Mapping[str, Any]]:
    """Each schema by the name of its file without ending."""
    organisation = _of_organisations()
    base = json.loads(json.dumps(organisation))
    for key in ("id", "name"):
        del base["properties"][key]
    del base["required"]
    return {
        "base": _titled(base, "What all organisations share"),
        "organisation": _titled(organisation, "An organisation, over the city's base"),
        "tree": _titled(_of_nodes(TreeFile), "A call tree"),
        "shared": _titled(_open_to_parameters(_of_nodes(SubTreeFile)), "A shared sub-tree"),
        "test": _titled(_one_or_many(_generated(TrialFile)), "Tests of a call tree"),
    }


def write(folder: Path) -> list[Path]:
    """Write the schemas to ``folder``, which is made; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, schema in schemas().items():
        file = folder / f"{name}.json"
        file.write_text(to_json(schema), encoding="utf-8")
        files.append(file)
    return files


def to_json(schema: Mapping[str, Any]) -> str:
    """A schema's file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


class _Generator(GenerateJsonSchema):
    """pydantic's schemas, told in the words of the docstrings; what is lenient in YAML is so here.

    A text may look like a number, and a key that may be left out is never ``null``.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        cls: type[BaseModel] = schema["cls"]
        said = attributes(cls)
        properties = found.get("properties", {})
        for name, info in cls.model_fields.items():
            one = properties.get(key_of(name, info))
            if one is not None:
                one.pop("title", None)
                if name in said:
                    one["description"] = said[name]
        found.pop("title", None)
        if text := summary(cls):
            found["description"] = text
        if schema["schema"]["type"] == "function-before":
            return {"anyOf": [found, dict(_SHORT_FORM)]}
        return found

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return super().str_schema(schema) | {"type": ["string", "number", "boolean"]}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = schema["schema"]
        if inner["type"] == "nullable":
            inner = inner["schema"]
        return self.generate_inner(inner)

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        found = super().function_before_schema(schema)
        if "json_schema_input_schema" in schema or schema["schema"]["type"] == "model-fields":
            return found
        return {"anyOf": [found, dict(_SHORT_FORM)]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        found = super().dict_schema(schema)
        found.pop("propertyNames", None)
        return found

    def handle_invalid_for_json_schema(
        self, schema: CoreSchema, error_info: str
    ) -> JsonSchemaValue:
        return {}


def _generated(cls: type[BaseModel]) -> dict[str, Any]:
    return cls.model_json_schema(
        by_alias=True, ref_template=_REF, schema_generator=_Generator, mode="validation"
    )


def _of_organisations() -> dict[str, Any]:
    schema = _generated(Organisation)
    for part in schema["$defs"].values():
        part.pop("required", None)  # what lacks may stand in the other file
    schema["required"] = ["id", "name"]
    return schema


def _of_nodes(cls: type[BaseModel]) -> dict[str, Any]:
    """The schema of a file with nodes, each of them one of all types."""
    schema = _generated(cls)
    parts: dict[str, Any] = schema.setdefault("$defs", {})
    one_of = []
    for verb, node in NODE_TYPES.items():
        if verb == _SUBTREES_ONLY and cls is not SubTreeFile:
            continue
        of_node = _generated(node)
        parts |= of_node.pop("$defs", {})
        of_node["required"] = list(dict.fromkeys([verb, *of_node.get("required", [])]))
        parts[node.__name__] = of_node
        one_of.append({"$ref": _REF.format(model=node.__name__)})
    parts.pop(Node.__name__, None)
    parts["AnyNode"] = {"oneOf": one_of}
    schema["properties"]["nodes"]["additionalProperties"] = {"$ref": "#/$defs/AnyNode"}
    return schema


def _one_or_many(schema: Any) -> Any:
    """The schema of a file of tests, in which every list of one may be written without brackets."""
    if isinstance(schema, list):
        return [_one_or_many(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _one_or_many(value) for key, value in schema.items()}
    if inner.get("type") != "array":
        return inner
    said = {"description": inner.pop("description")} if "description" in inner else {}
    return said | {"anyOf": [inner["items"], inner]}


def _open_to_parameters(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in which a parameter may stand for any value of a node."""
    placeholder = {"$ref": "#/$defs/Placeholder"}
    for part in schema["$defs"].values():
        for key in ("properties", "additionalProperties"):
            inner = part.get(key)
            if key == "properties" and isinstance(inner, dict):
                part[key] = {name: _either(one, placeholder) for name, one in inner.items()}
            elif isinstance(inner, dict):
                part[key] = _either(inner, placeholder)
    schema["$defs"]["Placeholder"] = dict(_PLACEHOLDER)
    return schema


def _either(schema: Any, other: Mapping[str, Any]) -> Any:
    if not isinstance(schema, dict):
        return schema
    description = {key: schema[key] for key in ("description",) if key in schema}
    bare = {key: one for key, one in schema.items() if key != "description"}
    for key in ("additionalProperties", "items"):
        if isinstance(bare.get(key), dict):
            bare[key] = _either(bare[key], other)
    return {"anyOf": [bare, dict(other)], **description}


def _titled(schema: dict[str, Any], title: str) -> Mapping[str, Any]:
    return {"$schema": DIALECT, **schema, "title": title}
