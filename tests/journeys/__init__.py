"""Whole self-referrals, played through the running product."""
