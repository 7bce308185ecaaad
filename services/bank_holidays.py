"""Bank holidays of England, by the package `holidays` (GB/ENG, as GOV.UK lists them)."""

from __future__ import annotations

import importlib.util
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import holidays


@lru_cache(maxsize=32)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in a year."""
    return frozenset(_united_kingdom()(subdiv="ENG", years=year))


@cache
def _united_kingdom() -> Any:
    """The one country needed, from its own file: the package would import 280 of them first (1.5 s, 7 MB)."""
    file = Path(holidays.__file__).parent / "countries" / "united_kingdom.py"
    spec = importlib.util.spec_from_file_location("holidays_of_the_united_kingdom", file)
    if spec is None or spec.loader is None:
        return holidays.country_holidays("GB").__class__
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.UnitedKingdom
