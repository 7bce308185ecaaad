from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.nlu.parsed import Entity, Judged, Parsed
from bot.nlu.rasa import NoNlu
from bot.nlu.recorded import NotRecorded, RecordedNlu, record

HEARD = Parsed("about_me", 0.91234, (("about_me", 0.91234), ("start", 0.05)), (Entity("body_part", "back", 3, 7),))


class Model:
    up = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def parse(self, text: str) -> Parsed | None:
        self.asked.append(text)
        return HEARD if text else Parsed(None, 0.0)

    def close(self) -> None:
        return None


def test_what_was_recorded_is_heard_again(tmp_path: Path) -> None:
    path, model = tmp_path / "recorded.json", Model()
    assert record(["my back", "", "my back"], model, path, "abc") == 2
    assert model.asked == ["", "my back"]
    nlu = RecordedNlu(path, "abc")
    assert nlu.parse("my back") == Parsed(
        "about_me", 0.912, (("about_me", 0.912), ("start", 0.05)), (Entity("body_part", "back", 3, 7),)
    )
    assert nlu.parse("") == Parsed(None, 0.0)
    assert nlu.up


def test_a_judged_crisis_is_kept(tmp_path: Path) -> None:
    class Judging(Model):
        def parse(self, text: str) -> Parsed | None:
            return replace(HEARD, crisis=Judged("self_harm", 0.98765, True))

    record(["said quietly"], Judging(), tmp_path / "recorded.json", "abc")
    parsed = RecordedNlu(tmp_path / "recorded.json", "abc").parse("said quietly")
    assert parsed is not None
    assert parsed.crisis == Judged("self_harm", 0.988, True)


def test_a_text_that_was_not_recorded_says_what_to_run(tmp_path: Path) -> None:
    record(["my back"], Model(), tmp_path / "recorded.json", "abc")
    with pytest.raises(NotRecorded, match=r"'my knee'.*make record"):
        RecordedNlu(tmp_path / "recorded.json", "abc").parse("my knee")


def test_a_recording_of_other_training_data_says_what_to_run(tmp_path: Path) -> None:
    record(["my back"], Model(), tmp_path / "recorded.json", "abc")
    with pytest.raises(NotRecorded, match="make record"):
        RecordedNlu(tmp_path / "recorded.json", "other")


def test_a_missing_recording_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match="make record"):
        RecordedNlu(tmp_path / "recorded.json", "abc")


def test_nothing_is_written_when_the_model_is_down(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match="make record"):
        record(["my back"], NoNlu("missing"), tmp_path / "recorded.json", "abc")
    assert not (tmp_path / "recorded.json").exists()


def test_the_same_texts_give_the_same_file_in_any_order(tmp_path: Path) -> None:
    record(["b", "a", "é"], Model(), tmp_path / "one.json", "abc")
    record(["é", "b", "a"], Model(), tmp_path / "two.json", "abc")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert list(json.loads((tmp_path / "one.json").read_text("utf-8"))["answers"]) == ["a", "b", "é"]
