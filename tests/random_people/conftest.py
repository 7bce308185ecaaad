"""The demonstration's database, to be copied for each random person."""

from tests.invariants.conftest import demo_home

__all__ = ["demo_home"]
