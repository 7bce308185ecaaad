"""Every column of the database has one class, which docs/privacy.md states, and is kept as its class says (ASVS 14.1.1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Column

from services.models import Base
from services.models.base import Sealed, SealedJson
from tests.test_repository import ROOT

CLASSES = ("words", "identity", "hint", "trail", "keys", "staff", "site")
STATED = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").split("\n## Classes\n")[1].split("\n## ")[0]
COLUMNS: dict[str, Column[Any]] = {
    str(column): column for table in Base.metadata.sorted_tables for column in table.columns
}


def rows() -> dict[str, list[str]]:
    """What each class names, as it stands in the document."""
    found = re.findall(r"^\| (\w+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", STATED, re.MULTILINE)
    return {name: re.findall(r"`([\w.]+)`", named) for name, named in found if name != "class"}


def class_of(column: str) -> str:
    """By its own name where the document has it, else by its table's."""
    named = {each: name for name, all_ in rows().items() for each in all_}
    return named.get(column) or named.get(column.split(".")[0]) or ""


def of(*classes: str) -> list[str]:
    return [column for column in COLUMNS if class_of(column) in classes]


def is_sealed(column: str) -> bool:
    return isinstance(COLUMNS[column].type, Sealed | SealedJson)


def test_every_column_has_a_class_and_each_name_in_the_document_is_there_once() -> None:
    assert tuple(rows()) == CLASSES
    named = [each for all_ in rows().values() for each in all_]
    assert sorted({each for each in named if named.count(each) > 1}) == []
    assert sorted(set(named) - COLUMNS.keys() - Base.metadata.tables.keys()) == [], "these are gone"
    assert [column for column in COLUMNS if not class_of(column)] == [], "which class have these?"


@pytest.mark.parametrize("name", ["words", "identity", "keys"])
def test_what_is_worth_stealing_is_sealed_or_only_its_hash_is_kept(name: str) -> None:
    hashed = re.compile(r"_index$|_hash$|^rate_counts\.key$")
    assert [column for column in of(name) if not is_sealed(column) and not hashed.search(column)] == []


def test_what_is_sealed_is_no_mere_code_or_word_of_the_site() -> None:
    assert [column for column in of("hint", "trail", "site") if is_sealed(column)] == []
    assert {column for column in of("staff") if is_sealed(column)} == {
        "staff.email", "staff.phone", "staff.subject", "coaches.email", "staff_texts.number"
    }  # fmt: skip
