"""Plays every conversation of dialogs/tests, each a test of its own, and holds the share of steps they walk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.conversation_tests import RECORDED, Report, conversation_files, cover, judge, play_file
from bot.nlu.recorded import RecordedNlu

FILES = conversation_files([])
FEWEST = 200
LEAST_SHARE = 0.95


@pytest.fixture(scope="session")
def nlu() -> RecordedNlu:
    """The trained model's recorded answers; a stale recording fails here and says what to run."""
    return RecordedNlu(RECORDED)


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder shared by all workers of this run, where each conversation leaves the steps it walked."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen") else base) / "walked"
    folder.mkdir(exist_ok=True)
    return folder


def test_there_are_conversations_for_every_kind_of_person() -> None:
    assert len(FILES) >= FEWEST
    kinds = {
        "happy_path",
        "outcomes",
        "wrong_area",
        "young",
        "safety",
        "opt_out",
        "digressions",
        "corrections",
        "unclear",
        "several_at_once",
        "when",
        "resume",
        "media",
        "third_party",
        "languages",
        "double_texts",
    }
    assert kinds <= {file.parent.name for file in FILES}


@pytest.mark.xdist_group("conversations")
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_conversation(file: Path, nlu: RecordedNlu, walked: Path) -> None:
    report = Report()
    played, steps, _ = play_file(file, nlu)
    (walked / f"{file.parent.name}-{file.stem}.json").write_text(json.dumps(sorted(steps)))
    judge(report, file, played, update=False)
    assert report.failures == [], report.failures[0]


@pytest.mark.xdist_group("conversations")
def test_the_conversations_walk_nearly_every_step(walked: Path, nlu: RecordedNlu) -> None:
    from bot.actions.catalogue import SPECS
    from bot.assistant import DIALOGS
    from bot.flows.reading import read_book

    for file in FILES:
        left = walked / f"{file.parent.name}-{file.stem}.json"
        if not left.is_file():
            left.write_text(json.dumps(sorted(play_file(file, nlu)[1])))
    report = Report(
        walked={(flow, step) for file in walked.glob("*.json") for flow, step in json.loads(file.read_text())}
    )
    cover(report, read_book(DIALOGS, SPECS))
    share = 1 - len(report.unwalked) / report.steps
    assert share >= LEAST_SHARE, f"{share:.1%} of steps walked; not: {', '.join(report.unwalked)}"
