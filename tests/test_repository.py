"""Tests about the repository itself: what may be in it, how long a file may be, what is documented."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("bot", "services", "web")
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


def test_no_lock_file_that_records_addresses() -> None:
    assert [path.name for path in tracked() if path.name in {"uv.lock", "pylock.toml", "package-lock.json"}] == []


def test_no_file_of_code_is_too_long() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in python_files(*CODE, "tests", "tools", "nlu_server")
        if text_of(path).count("\n") > MOST_LINES_IN_A_FILE
    ]
    assert long == []


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(text_of(path))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def test_functions_are_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{name}": lines for path in python_files(*CODE) for name, lines in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_IN_A_FUNCTION} == {}
    ordered = sorted(lengths.values())
    assert ordered[len(ordered) // 2] <= 8
    assert ordered[int(len(ordered) * 0.9)] < 25


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
