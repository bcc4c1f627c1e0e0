"""The files are what the table says, and the schemas judge an event as the table does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from store.contract.checking import breaches
from store.contract.files import FOLDER, texts, write
from store.contract.kind import Field, Kind
from store.contract.public import public
from store.contract.schema import schemas
from store.contract.table import EVERY, KINDS
from store.contract.values import Flag, Texts, Value, Whole, Word
from store.events import Event

pytestmark = pytest.mark.unit

ENTRY, EVENT = (Draft202012Validator(schemas()[name]) for name in ("entry.schema", "event.schema"))


@pytest.mark.parametrize("name", texts())
def test_a_file_is_what_the_table_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == texts()[name], "run: vaxel events docs"


def test_the_files_are_written_to_a_folder(tmp_path: Any) -> None:
    files = write(tmp_path / "contract")
    assert [file.name for file in files] == list(texts())
    assert files[0].read_text(encoding="utf-8").startswith("<!-- Written by `vaxel events docs`")


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


def of(value: Value) -> st.SearchStrategy[str]:
    match value:
        case Whole():
            return st.integers(value.least, value.most).map(str)
        case Word():
            return st.sampled_from(list(value.words))
        case Flag():
            return st.just("1")
        case _:
            return st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Kind, dict[str, str]]:
    """A type, and an entry of it as it should be."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    chosen = {draw(st.sampled_from(sorted(kind.one_of)))} if kind.one_of else set()
    wire = {"type": kind.type.value, "at": draw(of(EVERY[1].value))}
    for field in kind.fields:
        optional = field.name not in kind.one_of and draw(st.booleans())
        if field.required or field.name in chosen or optional:
            wire[field.name] = draw(of(field.value))
    return kind, wire


@given(entries())
def test_what_is_as_it_should_be_passes_in_both_forms(entry: tuple[Kind, dict[str, str]]) -> None:
    _, wire = entry
    assert breaches(wire) == []
    assert ENTRY.is_valid(wire)
    told = public(Event.from_wire("city", "1-0", wire), personal=True)
    assert EVENT.is_valid(told)
    assert told.keys() == wire.keys() | {"id", "org"}


def spoiled(kind: Kind, wire: dict[str, str]) -> Iterator[dict[str, str]]:
    """The entry with one thing wrong each."""
    fields: dict[str, Field] = {field.name: field for field in (*EVERY, *kind.fields)}
    for name in wire:
        if fields[name].required or name in kind.one_of:
            yield {other: text for other, text in wire.items() if other != name}
        yield wire | {name: ""}
        if not isinstance(fields[name].value, Texts) and "pattern" in fields[name].value.wire:
            yield from (wire | {name: odd} for odd in ("-1", "007", "1.5", "noon", "1" * 16))
        if isinstance(fields[name].value, Word | Flag):
            yield wire | {name: "unheard-of"}
    for name in kind.one_of - wire.keys():
        yield wire | {name: "3"}


@given(entries())
def test_what_is_wrong_is_found_by_the_table_and_by_the_schema(
    entry: tuple[Kind, dict[str, str]],
) -> None:
    for wire in spoiled(*entry):
        assert breaches(wire), wire
        assert not ENTRY.is_valid(wire), wire


@given(entries())
def test_what_is_added_offends_no_reader_and_is_told_to_who_writes(
    entry: tuple[Kind, dict[str, str]],
) -> None:
    kind, wire = entry
    later = wire | {"mood": "good"}
    assert ENTRY.is_valid(later)
    assert breaches(later) == [f"{kind.type}: mood is no field of it."]
