"""The exceptions of services.

ServiceError
├── SettingsError       a setting is missing or makes no sense
├── StorageError        the database cannot be used as it is (wrong mode, second process, write inside a write)
├── RulesError          a file of eligibility rules cannot be used; says where and what to do
├── CryptoError         a value cannot be read with the keys at hand
├── TableRefused        a table was not imported: which rows, and why
├── BackupRefused       a backup cannot be made or put back; says what to do
├── CalendarUnread      a coach's own calendar cannot be read; `code` says why
└── Stale               somebody else changed the row first; hear the message again
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_ROWS_SHOWN = 200


class ServiceError(Exception):
    """Anything that services raise on purpose."""


class SettingsError(ServiceError):
    """A setting is missing or makes no sense."""


class StorageError(ServiceError):
    """The database cannot be used as it is."""


class RulesError(ServiceError):
    """A file of eligibility rules cannot be used; the text names file, line and what to do."""

    def __init__(self, file: str, line: int, what: str, to_do: str) -> None:
        super().__init__(f"{file}, line {line}: {what}. {to_do}")
        self.file, self.line, self.what, self.to_do = file, line, what, to_do


class CryptoError(ServiceError):
    """A value cannot be read with the keys at hand."""


class Stale(ServiceError):
    """The row is not what the caller saw; the caller reads again and starts over."""


class TableRefused(ServiceError):
    """A table was not imported and nothing was changed; `rows` are the bad rows, numbered as in a spreadsheet."""

    def __init__(self, file: str, rows: Sequence[tuple[int, str]]) -> None:
        shown = [f"row {number}: {why}" for number, why in rows[:MOST_ROWS_SHOWN]]
        rest = len(rows) - len(shown)
        more = [f"and {rest} more."] if rest else []
        super().__init__("\n".join([f"{file} was not imported, nothing was changed:", *shown, *more]))
        self.rows = tuple(rows)


class BackupRefused(ServiceError):
    """A backup cannot be made or put back; the text says what to do."""


class RelocationRefused(ServiceError):
    """A site was not taken over from another database, and nothing was changed; the text says what to do."""


class CalendarUnread(ServiceError):
    """A coach's own calendar cannot be read; `code` is one of those that the page of the calendar has words for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
