"""Thousands of real kills: a warm process forks one life of the product after another into SIGKILL, and counts."""
