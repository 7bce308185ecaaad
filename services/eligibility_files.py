"""Reads services/eligibility_rules/*.yml; every mistake is told with file, line and what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from services.eligibility_logic import KINDS, SITUATIONS, WAYS, LocalRules, Rule, TeamRules
from services.errors import RulesError
from services.footprints import Footprint

RULES = Path(__file__).parent / "eligibility_rules"
NATIONAL = "national"
DEMONSTRATION = "demonstration"
LARGEST = 64 * 1024
CONFIDENCE = ("high", "medium", "low")
KNOWN = ("known", "partly", "unknown")
FILE_KEYS = ("version", "team", "name", "place", "board_2023", "pilot", "local_rules", "footprint", "notes", "rules")
RULE_KEYS = ("id", "kind", "value", "from", "to", "source", "source_date", "confidence", "confirmed", "by", "on")
PLACE_KEYS = ("boards", "boards_2023", "lads", "practices", "postcodes", "accepts", "part", "from", "to")
WORDS_OF = {"residence": WAYS, "work_situation": SITUATIONS, "not_for": None}


@dataclass(frozen=True, slots=True)
class RulesFile:
    """One file as read: the team, its place and footprint, and all its rules whatever the day."""

    team: str
    name: str
    place: str
    board_2023: str | None
    pilot: bool
    local_rules: LocalRules
    footprint: Footprint
    rules: tuple[Rule, ...]
    version: str


def load_rules(team: str, on: date, folder: Path = RULES) -> TeamRules:
    """The rules of a team in force on a day: the national ones, each replaced where the team has one of its kind.

    A demonstration team without a file of its own has the demonstration's; any other team without a file has only the
    national rules, and its local ones count as unknown. Raises RulesError.
    """
    files = [_file(folder / f"{NATIONAL}.yml")]
    own = _path_of(team, folder)
    if own is not None:
        files.append(_file(own))
    rules: dict[str, Rule] = {}
    for file in files:
        in_force = [rule for rule in file.rules if rule.in_force(on)]
        rules.update({rule.kind: rule for rule in in_force})
    last = files[-1]
    local: LocalRules = last.local_rules if own else "unknown"
    versions = tuple((file.team, file.version) for file in files)
    return TeamRules(team, last.place if own else "", local, tuple(rules.values()), versions)


def _path_of(team: str, folder: Path) -> Path | None:
    if not re.fullmatch(r"[a-z0-9_]+", team) or team == NATIONAL:
        return None
    for name in (team, DEMONSTRATION if team.startswith("demo_") else ""):
        if name and (folder / f"{name}.yml").is_file():
            return folder / f"{name}.yml"
    return None


def known_teams(folder: Path = RULES) -> tuple[RulesFile, ...]:
    """The files of real teams (pilots and the like), by team; no demonstration among them. Raises RulesError."""
    paths = sorted(path for path in folder.glob("*.yml") if path.stem not in (NATIONAL, DEMONSTRATION))
    return tuple(_file(path) for path in paths if not path.stem.startswith("demo_"))


@cache
def _file(path: Path) -> RulesFile:
    return read_file(path)


def read_file(path: Path) -> RulesFile:
    """One file of rules. Raises RulesError with the line and what to do."""
    data = path.read_bytes()
    if len(data) > LARGEST:
        raise RulesError(path.name, 1, f"the file is larger than {LARGEST} bytes", "Split or shorten it")
    return _Reader(path.name, path.stem, hashlib.sha256(data).hexdigest()[:12]).file(_parse(path.name, data))


def _parse(name: str, data: bytes) -> Any:
    try:
        return YAML(typ="rt", pure=True).load(data.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        raise RulesError(name, 1, "the file is not UTF-8", "Save it as UTF-8") from wrong
    except YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = str(getattr(wrong, "problem", None) or "this is not YAML").split(" with value")[0]
        raise RulesError(name, line, what, "Mend the line or the one before it") from wrong


class _Reader:
    """Checks what was parsed, key by key, so that a mistake can be told with its line."""

    def __init__(self, name: str, team: str, version: str) -> None:
        self.name, self.team, self.version = name, team, version

    def wrong(self, where: Any, key: str | int | None, what: str, to_do: str) -> RulesError:
        """The error for a key of a mapping or an item of a list."""
        marks = getattr(where, "lc", None)
        line = getattr(marks, "line", 0) or 0
        if marks is not None and key is not None and marks.data and key in marks.data:
            line = marks.data[key][0]
        return RulesError(self.name, line + 1, what, to_do)

    def file(self, data: Any) -> RulesFile:
        self.keys(data, FILE_KEYS, ("version", "team", "place", "local_rules", "rules"))
        if data["version"] != 1:
            raise self.wrong(data, "version", f"version {data['version']} is not known", "Write version: 1")
        if data["team"] != self.team:
            raise self.wrong(data, "team", "the team is not the file's name", f"Write team: {self.team}")
        local = self.one_of(data, "local_rules", KNOWN)
        rules = tuple(self.rule(item) for item in self.items(data, "rules"))
        self.unlike(data, rules)
        name, place = self.text(data, "name"), self.text(data, "place")
        footprint = self.footprint(data.get("footprint") or {})
        board, pilot = data.get("board_2023"), data.get("pilot") is True
        return RulesFile(self.team, name, place, board, pilot, local, footprint, rules, self.version)

    def unlike(self, data: Any, rules: tuple[Rule, ...]) -> None:
        """No two rules with one id, and no two of a kind in force at once."""
        for number, rule in enumerate(rules):
            for other in rules[:number]:
                if rule.id == other.id:
                    to_do = "Give each its own"
                    raise self.wrong(data["rules"], number, f"two rules have the id {rule.id}", to_do)
                if rule.kind == other.kind and _overlap(rule, other):
                    what = f"{rule.id} and {other.id} are both in force at some time"
                    raise self.wrong(data["rules"], number, what, "End the first before the second begins")

    def rule(self, item: Any) -> Rule:
        self.keys(item, RULE_KEYS, ("id", "kind", "value", "source", "source_date", "confidence", "confirmed"))
        kind = self.one_of(item, "kind", KINDS)
        by, on = self.confirmation(item)
        starts, ends = self.day(item, "from"), self.day(item, "to")
        if starts and ends and ends < starts:
            raise self.wrong(item, "to", "the rule ends before it begins", "Put the dates right")
        texts = [self.text(item, key) for key in ("id", "source", "source_date")]
        confidence = self.one_of(item, "confidence", CONFIDENCE)
        value = self.value(item, kind)
        return Rule(texts[0], kind, value, texts[1], texts[2], confidence, starts, ends, by, on, self.version)

    def confirmation(self, item: Any) -> tuple[str | None, date | None]:
        if item["confirmed"] is False:
            return None, None
        if item["confirmed"] is not True:
            raise self.wrong(item, "confirmed", "confirmed is neither true nor false", "Write true or false")
        by, on = self.text(item, "by"), self.day(item, "on")
        if not by or on is None:
            to_do = "Add by: (name and role) and on: (date), or write confirmed: false"
            raise self.wrong(item, "confirmed", "a confirmed rule must say who confirmed it and when", to_do)
        return by, on

    def value(self, item: Any, kind: str) -> int | tuple[str, ...]:
        value = item["value"]
        if kind in ("min_age", "max_months_out_of_work"):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 200:
                raise self.wrong(item, "value", f"{kind} needs a whole number", "Write value: 16, for instance")
            return int(value)
        if kind == "right_to_work":
            return ("right_to_work",)
        words = self.words(item, "value")
        allowed = WORDS_OF[kind]
        strange = [word for word in words if allowed is not None and word not in allowed]
        if strange or not words:
            to_do = f"Write a list of: {', '.join(allowed or ('ids of what the team is not for',))}"
            raise self.wrong(item, "value", f"{kind} does not know {', '.join(strange) or 'an empty list'}", to_do)
        return words

    def footprint(self, data: Any) -> Footprint:
        self.keys(data, PLACE_KEYS, ())
        lists = {key: self.words(data, key) for key in ("boards", "boards_2023", "lads", "practices", "postcodes")}
        accepts = self.words(data, "accepts") or ("lives",)
        if not set(accepts) <= set(WAYS):
            raise self.wrong(data, "accepts", "a way in is not known", f"Write a list of: {', '.join(WAYS)}")
        footprint = Footprint(
            self.team,
            frozenset(lists["boards"]),
            frozenset(lists["boards_2023"]),
            frozenset(lists["lads"]),
            frozenset(lists["practices"]),
            lists["postcodes"],
            frozenset(accepts),
            data.get("part") is True,
        )
        return replace(footprint, starts=self.day(data, "from"), ends=self.day(data, "to"))

    def keys(self, data: Any, allowed: Sequence[str], needed: Sequence[str]) -> None:
        if not isinstance(data, Mapping):
            raise self.wrong(data, None, "keys and values are expected here", "Write key: value")
        for key in data:
            if key not in allowed:
                raise self.wrong(data, key, f"{key} is not a key here", f"Use one of: {', '.join(allowed)}")
        for key in needed:
            if key not in data:
                raise self.wrong(data, None, f"{key} is missing", f"Add {key}:")

    def items(self, data: Any, key: str) -> list[Any]:
        value = data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(data, key, f"{key} is not a list", "Begin each item with a dash")
        return list(value)

    def words(self, data: Any, key: str) -> tuple[str, ...]:
        items = self.items(data, key)
        if not all(isinstance(item, str) for item in items):
            raise self.wrong(data, key, f"{key} holds something else than words", "Put quotes around each")
        return tuple(items)

    def text(self, data: Any, key: str) -> str:
        value = data.get(key, "")
        if not isinstance(value, str | int | date):
            raise self.wrong(data, key, f"{key} is not text", f"Write {key}: and a word")
        return str(value).strip()

    def one_of(self, data: Any, key: str, allowed: Sequence[str]) -> Any:
        if data[key] not in allowed:
            raise self.wrong(data, key, f"{key} cannot be {data[key]}", f"Use one of: {', '.join(allowed)}")
        return data[key]

    def day(self, data: Any, key: str) -> date | None:
        value = data.get(key)
        if value is None or (isinstance(value, date) and type(value) is date):
            return value
        raise self.wrong(data, key, f"{key} is not a date", "Write it as 2026-11-21")


def _overlap(a: Rule, b: Rule) -> bool:
    latest_start = max(a.starts or date.min, b.starts or date.min)
    return latest_start <= min(a.ends or date.max, b.ends or date.max)
