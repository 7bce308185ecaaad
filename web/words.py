"""The public's words on pages, by id; they are written in dialogs/, never here."""

from __future__ import annotations

from collections.abc import Mapping


class MissingWords(KeyError):
    """A page names words that dialogs/ does not have."""


class Words:
    """Words by id: `front.heading`, `privacy.who`, `errors.problem`, `chat.send`."""

    def __init__(self, by_id: Mapping[str, str]) -> None:
        self.by_id = by_id

    def say(self, key: str, **values: str) -> str:
        """The words, with `{name}` filled in. Raises MissingWords: a page never falls back to other words."""
        if key not in self.by_id:
            raise MissingWords(key)
        words = self.by_id[key]
        for name, value in values.items():
            words = words.replace(f"{{{name}}}", value)
        return words
