"""The words of the public pages: one mapping from id to words, out of dialogs/web_chat.yml and dialogs/pages.yml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

FILES = ("web_chat.yml", "pages.yml")


class PageWordsError(ValueError):
    """A file of page words that cannot be used; names the file and what to do."""


@cache
def words(folder: Path) -> Mapping[str, str]:
    """Every id with its words. An id that stands in two files is a mistake."""
    found: dict[str, str] = {}
    for name in FILES:
        for key, text in read(folder / name).items():
            if key in found:
                raise PageWordsError(f"{name}: {key} stands in another file too. Give it one home.")
            found[key] = text
    return found


def read(path: Path) -> dict[str, str]:
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("words"), dict):
        raise PageWordsError(f"{path.name}: needs `words:`, a list of ids with their words.")
    return {str(key): str(text) for key, text in content["words"].items()}
