"""The bank holidays that working days are counted by."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from services.bank_holidays import bank_holidays


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2028, 2031])
def test_they_are_those_of_the_package_for_england(year: int) -> None:
    assert bank_holidays(year) == set(holidays.country_holidays("GB", subdiv="ENG", years=year))


def test_christmas_on_a_weekend_is_made_up_for() -> None:
    days = bank_holidays(2027)
    assert {date(2027, 12, 27), date(2027, 12, 28)} <= days
    assert date(2027, 3, 26) in days  # Good Friday
    assert date(2027, 8, 2) not in days  # Scotland's summer holiday
