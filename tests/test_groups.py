"""Tests of one group are handed to one worker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.groups import group_of

ROOT = Path(__file__).resolve().parents[1]
GROUP = "xdist_group" + "("  # put together, since this file is read for marks, too
GROUPS = {"test_a.py": "b", "test_b.py": "b", "test_c.py": "", "test_d.py": "d"}


@pytest.mark.parametrize(
    ("source", "group"),
    [
        ('pytestmark = pytest.mark.@("lives")\n', "lives"),
        ('pytestmark = [pytest.mark.slow, pytest.mark.@("two words")]\n', "two words"),
        ('@pytest.mark.@("a")\ndef test_a():\n    pass\n\n\n@pytest.mark.@("a")\n', "a"),
        ("pytestmark = pytest.mark.slow\n", None),
    ],
)
def test_a_file_has_the_group_of_its_mark(tmp_path: Path, source: str, group: str | None) -> None:
    (tmp_path / "test_it.py").write_text(source.replace("@(", GROUP))
    assert group_of(tmp_path / "test_it.py") == group


def test_a_file_of_two_groups_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text('@("one") @("other")'.replace("@(", GROUP))
    with pytest.raises(AssertionError, match="more than one group"):
        group_of(tmp_path / "test_it.py")


BODY = """
import pytest

pytestmark = MARK


@pytest.mark.parametrize("at", range(9))
def test_it(at):
    pass
"""


def test_no_file_of_the_suite_is_of_two_groups() -> None:
    groups = {group_of(file) for file in (ROOT / "tests").rglob("test_*.py")}
    assert {"browser", "conversations", "lives"} <= groups


def test_workers_get_groups_whole(tmp_path: Path) -> None:
    """With the hook of this suite; fails too when xdist or pytest hands tests out in another way."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler\n")
    for name, group in GROUPS.items():
        mark = f'pytest.mark.{GROUP}"{group}")' if group else "pytest.mark.slow"
        (tmp_path / name).write_text(BODY.replace("MARK", mark))
    command = [sys.executable, "-m", "pytest", "-n2", "--dist=loadgroup", "-v", "-pno:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        command, cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    by = re.findall(r"\[(gw\d)\].* PASSED (test_\w\.py)::", ran.stdout)
    assert len(by) == 9 * len(GROUPS)
    workers = {name: {worker for worker, file in by if file == name} for name in GROUPS}
    assert [len(workers[name]) for name in ("test_a.py", "test_b.py", "test_d.py")] == [1, 1, 1]
    assert workers["test_a.py"] == workers["test_b.py"]
