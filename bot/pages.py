"""The words of the public pages: one mapping from id to words, out of dialogs/pages.yml and dialogs/web_chat.yml.

Ids are `front.heading`, `privacy.who`, `errors.problem`; those of the chat begin with `chat.`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


class PageWordsError(ValueError):
    """A file of page words that cannot be used; names the file and what to do."""


@cache
def words(folder: Path) -> Mapping[str, str]:
    """Every id with its words. A file without its words is an error here, at start, and not on a page."""
    return dict(_flat({**read(folder / "pages.yml", "pages"), "chat": read(folder / "web_chat.yml", "words")}))


def read(path: Path, key: str) -> dict[str, Any]:
    """The mapping under a key of a YAML file; PageWordsError with what to do where it is not there."""
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get(key), dict):
        raise PageWordsError(f"{path.name}: needs `{key}:`, ids with their words.")
    found: dict[str, Any] = content[key]
    return found


def _flat(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value).strip()
