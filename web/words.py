"""The public's words on pages: dialogs/pages.yml and dialogs/web_chat.yml, today's, never pinned to a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DIALOGS = Path(__file__).resolve().parent.parent / "dialogs"


class MissingWords(KeyError):
    """A page names words that dialogs/ does not have."""


class Words:
    """Words by id: `front.heading`, `privacy.who`, `errors.problem`, `chat.send`."""

    def __init__(self, by_id: Mapping[str, str]) -> None:
        self.by_id = by_id

    @classmethod
    def read(cls, folder: Path = DIALOGS) -> Words:
        """Read both files once; a file without its words is an error at start, not on a page."""
        pages = _load(folder / "pages.yml")["pages"]
        return cls(dict(_flat({**pages, "chat": _load(folder / "web_chat.yml")["words"]})))

    def say(self, key: str, **values: str) -> str:
        """The words, with `{name}` filled in. Raises MissingWords: a page never falls back to other words."""
        if key not in self.by_id:
            raise MissingWords(key)
        words = self.by_id[key]
        for name, value in values.items():
            words = words.replace(f"{{{name}}}", value)
        return words


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return loaded


def _flat(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value).strip()
