"""When a model is trained, and which one may answer; training itself is stood in for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu import training
from bot.nlu.evaluation import Evaluation, report, score
from bot.nlu.places import Places, training_hash
from bot.nlu.training import CannotTrain, evaluate, train


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path)
    for folder in (
        made.examples,
        made.crises,
        made.server / "components",
        made.models,
        made.held_out.parent,
        made.python.parent,
    ):
        folder.mkdir(parents=True)
    for name in ("build_onnx.py", "requirements.lock", "train.py"):
        (made.server / name).write_text(name)
    made.pipeline.write_text("pipeline: []")
    (made.examples / "one.yml").write_text("nlu: []")
    made.python.touch()
    return made


def measured(f1: float) -> Evaluation:
    return Evaluation(10, f1, f1, f1, f1, {"start": f1}, {})


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Macro-F1 by model name; a model is 'trained' by making its file."""
    scores: dict[str, float] = {}

    def run(places: Places, name: str) -> float:
        places.model(name).touch()
        return 1.0

    monkeypatch.setattr(training, "run_training", run)
    monkeypatch.setattr(
        training, "_evaluate", lambda places, model: measured(scores.get(model.name.split(".")[0], 0.5))
    )
    return scores


def test_the_first_model_is_used(places: Places, trained: dict[str, float]) -> None:
    result = train(places=places)
    assert (result.fresh, result.chosen) == (True, True)
    assert places.current() == places.model(training_hash(places))


def test_nothing_is_trained_when_nothing_changed(places: Places, trained: dict[str, float]) -> None:
    train(places=places)
    again = train(places=places)
    assert (again.fresh, again.chosen, again.seconds) == (False, True, 0.0)


@pytest.mark.parametrize(
    "changed",
    [
        "nlu_data/train/one.yml",
        "config.yml",
        "nlu_server/train.py",
        "nlu_server/requirements.lock",
        "nlu_data/safety/train_child.tsv",
    ],
)
def test_a_change_in_anything_it_depends_on_trains_again(
    places: Places, trained: dict[str, float], changed: str
) -> None:
    train(places=places)
    with (places.root / changed).open("a") as file:
        file.write("# changed")
    assert train(places=places).fresh


def test_a_worse_model_is_kept_but_not_used(places: Places, trained: dict[str, float]) -> None:
    first = train(places=places).name
    (places.examples / "two.yml").write_text("nlu: []")
    trained[first], trained[training_hash(places)] = 0.8, 0.79
    result = train(places=places)
    assert not result.chosen
    assert "0.790" in result.note
    assert places.current() == places.model(first)


def test_a_model_that_no_longer_runs_stands_in_nobodys_way(
    places: Places, trained: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(places=places).name
    (places.examples / "two.yml").write_text("nlu: []")

    def evaluated(places: Places, model: Path) -> Evaluation:
        if model == places.model(first):
            raise CannotTrain("The NLU server did not start with the trained model.")
        return measured(0.1)

    monkeypatch.setattr(training, "_evaluate", evaluated)
    assert train(places=places).chosen
    assert places.current() == places.model(training_hash(places))


def test_a_model_as_good_is_used_and_only_the_one_before_is_kept(places: Places, trained: dict[str, float]) -> None:
    names = []
    for number in range(3):
        (places.examples / f"{number}.yml").write_text("nlu: []")
        names.append(train(places=places).name)
    assert places.current() == places.model(names[2])
    assert sorted(places.models.glob("*.tar.gz")) == sorted(places.model(name) for name in names[1:])


def test_without_python_310_the_message_says_what_to_install(places: Places) -> None:
    places.python.unlink()
    with pytest.raises(CannotTrain, match=r"Python 3\.10"):
        train(places=places)
    with pytest.raises(CannotTrain, match=r"Python 3\.10"):
        evaluate(places)


def test_scores_are_counted_by_intent() -> None:
    result = score([("start", "start")] * 3 + [("start", "who")] + [("who", "who")] * 4)
    assert result.per_intent == {"start": 6 / 7, "who": 8 / 9}
    assert result.macro_f1 == pytest.approx((6 / 7 + 8 / 9) / 2)
    assert result.low <= result.macro_f1 <= result.high
    assert result.floor == ("start", 6 / 7)
    assert result.misses == {("start", "who"): 1}


def test_the_report_counts_misses_by_intent_and_quotes_no_text() -> None:
    assert "1 times start heard as who" in report(score([("start", "who"), ("who", "who")]))


def test_reliability_and_refusals_are_counted() -> None:
    pairs = [("start", "start"), ("start", "who"), ("out_of_scope", "out_of_scope"), ("out_of_scope", "who")]
    result = score([*pairs, ("out_of_scope", "start")], [0.95, 0.3, 0.7, 0.5, 0.9])
    assert result.refused == pytest.approx(2 / 3)
    assert [(one.low, one.texts, one.right) for one in result.reliability] == [
        (0.2, 1, 0.0),
        (0.4, 1, 0.0),
        (0.6, 1, 1.0),
        (0.9, 2, 0.5),
    ]
    assert "0.9 to 1.0 sure: 2 texts" in report(result)


def test_where_nothing_may_be_written_that_is_said_before_training(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.os, "access", lambda path, mode: not Path(path).is_relative_to(places.server))
    with pytest.raises(CannotTrain, match=r"may only be read.*docs/running\.md"):
        training.run_training(places, "new")
