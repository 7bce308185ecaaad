"""Tests about the repository itself: what may be in it, how long a file may be, what is documented."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("bot", "services", "web")
BESIDE = ("tests", "tools", "benchmarks", "nlu_server")
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 50


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def python_files(*folders: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def test_content_folders_hold_no_python() -> None:
    assert python_files("dialogs", "nlu_data") == []


def test_no_tracked_file_names_a_package_registry_or_a_machine() -> None:
    registry = re.compile(
        r"(files\.pythonhosted|pypi\.org/simple|registry\.npmjs|(?<![\w.])/(?:root|home/\w+)/|deb\.debian\.org)"
    )
    named = [
        path.name
        for path in tracked()
        if path.name != "test_repository.py"
        and path.suffix not in {".gz", ".bin", ".png", ".woff2"}
        and registry.search(text_of(path))
    ]
    assert named == []


def test_no_link_is_tracked() -> None:
    """A link is somebody's own shortcut: checked out elsewhere it leads nowhere, or takes the place of a folder."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.startswith("120000")] == []


def test_no_lock_file_that_records_addresses() -> None:
    assert [path.name for path in tracked() if path.name in {"uv.lock", "pylock.toml", "package-lock.json"}] == []


def test_no_file_of_code_is_too_long() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in python_files(*CODE, *BESIDE)
        if text_of(path).count("\n") > MOST_LINES_IN_A_FILE
    ]
    assert long == []


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(text_of(path))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in python_files(*CODE, *BESIDE)
        for name, lines in functions(path)
        if lines > MOST_LINES_IN_A_FUNCTION
    }
    assert long == {}
    ordered = sorted(lines for path in python_files(*CODE) for _, lines in functions(path))
    assert ordered[len(ordered) // 2] <= 8
    assert ordered[int(len(ordered) * 0.9)] < 25


LOCK_BY_THEMSELVES = {
    "services/locks.py": "the one place for it",
    "services/rotation.py": "plain columns of any table",
}


def locks_in(code: str) -> list[int]:
    """Lines in which whole rows are locked past services/locks.py: what was read before the lock is believed after it.

    Columns may be locked (`select(Team.id)`), and what services/prepared.py makes its own objects of.
    """
    found = []
    tree = ast.parse(code)
    prepared = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("Prepared")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = any(keyword.arg == "with_for_update" for keyword in node.keywords)
        asked = (
            isinstance(node.func, ast.Attribute) and node.func.attr == "with_for_update" and id(node) not in prepared
        )
        if given or (asked and not of_columns(node)):
            found.append(node.lineno)
    return found


def of_columns(query: ast.Call) -> bool:
    """Whether a query begins with a `select` of columns in the same expression."""
    picked = [
        each.args
        for each in ast.walk(query)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "select"
    ]
    return bool(picked) and all(isinstance(column, ast.Attribute) for column in picked[-1])


def test_rows_are_locked_where_they_are_read_again() -> None:
    found = {str(path.relative_to(ROOT)): locks_in(text_of(path)) for path in python_files(*CODE)}
    assert {name: lines for name, lines in found.items() if lines and name not in LOCK_BY_THEMSELVES} == {}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("session.get(Team, 1, with_for_update=True)", True),
        ("session.get_one(Team, 1, with_for_update={'key_share': True}, populate_existing=True)", True),
        ("select(Team).where(Team.id == 1).with_for_update()", True),
        ("rows.with_for_update(skip_locked=True)", True),
        ("select(Team.id).where(Team.id == 1).with_for_update()", False),
        ("PreparedList(lambda ids: select(Team).with_for_update())", False),
        ("locks.get(session, Team, 1)", False),
    ],
)
def test_a_lock_that_reads_nothing_again_is_found(code: str, told: bool) -> None:
    assert bool(locks_in(code)) == told


def test_provider_libraries_are_imported_in_their_own_channel_file_only() -> None:
    importing = {
        (name, str(path.relative_to(ROOT)))
        for path in python_files(*CODE)
        for name in re.findall(r"^\s*(?:from|import) (twilio|telegram)\b", text_of(path), re.MULTILINE)
    }
    assert importing == {("twilio", "bot/channels/sms.py"), ("telegram", "bot/channels/telegram.py")}


@pytest.mark.parametrize("word", ["utils", "helpers", "common"])
def test_no_file_is_named_for_nothing(word: str) -> None:
    assert [path for path in tracked() if path.stem == word] == []


def test_every_dependency_carries_its_reason() -> None:
    lines = text_of(ROOT / "pyproject.toml").split("\n")
    wanted = [line for line in lines if re.match(r'\s+"[a-z0-9-]+(\[\w+\])?[><=]', line)]
    assert wanted
    assert [line for line in wanted if "#" not in line] == []
