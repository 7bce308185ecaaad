"""The page of the language model: who may train it, why it cannot be, how far it is, what came of it, going back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.nlu.places import Places
from bot.studio import teaching
from services import trainings
from tests.bot.studio.taught import small_places, teach
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW

PAGE = "/understanding/model"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = small_places(tmp_path / "site")
    monkeypatch.setattr(teaching, "PLACES", made)
    return made


def wait(studio: Studio) -> str:
    for _ in range(1200):
        page = studio.get(PAGE)
        if "Being trained" not in page:
            return page
        time.sleep(0.25)
    raise TimeoutError


def test_it_is_trained_from_the_page_and_taken_back(studio: Studio, places: Places) -> None:
    assert studio.post(f"{PAGE}/train", PAGE)[0] == 303
    assert "The last training: taken into use" in wait(studio)
    first = teaching.in_use()
    status, page = studio.post(f"{PAGE}/train", PAGE)
    assert (status, "nothing new to learn" in page) == (400, True)
    teach(studio.assistant.db, NOW)
    assert studio.post(f"{PAGE}/train", PAGE)[0] == 303
    page = wait(studio)
    assert ("this is the model in use" in page, "blind test set, 2 lines" in page) == (True, True)
    assert "poster" not in page
    assert teaching.in_use() != first
    assert studio.post(f"{PAGE}/back", PAGE)[0] == 303
    assert teaching.in_use() == first
    assert "Went back to the model before" in studio.get(PAGE)
    assert (
        studio.client.post(
            "/admin/understanding/model/back", data={"csrf": studio.field(PAGE, "csrf"), "seen": "x"}
        ).status_code
        == 400
    )


def test_how_far_it_is_and_that_one_is_enough(studio: Studio, places: Places) -> None:
    with studio.assistant.db.write() as session:
        training = trainings.begin(session, "somebody", 1, 3, NOW)
        assert training
        trainings.step(session, training, "somebody", "measures_before", 190)
    page = studio.get(PAGE)
    for told in ("the model in use is asked the test sets", "3 minutes at work", 'data-fresh="3"', 'value="2"'):
        assert told in page, told
    assert "Train it anew" not in page
    mark = {"csrf": studio.field("/understanding", "csrf")}
    answer = studio.client.post("/admin/understanding/model/train", data=mark)
    assert (answer.status_code, "under way already" in answer.text) == (400, True)
    with studio.assistant.db.write() as session:
        trainings.end(session, training, "somebody", trainings.WORSE, NOW, problem="f1 danger")
    assert "Worse in: meanings, words of danger." in studio.get(PAGE)


def test_only_an_administrator_trains_and_the_others_see(studio: Studio, places: Places) -> None:
    for name in ("eve", "bea"):
        studio.sign_in(name)
        assert "An administrator trains it." in studio.get(PAGE)
        for do in ("train", "back"):
            mark = {"csrf": studio.field(PAGE, "csrf") or studio.field("/understanding", "csrf")}
            assert studio.client.post(f"/admin/understanding/model/{do}", data=mark).status_code == 404
    studio.sign_in("rob")
    assert studio.client.get("/admin/understanding/model").status_code == 404


def test_where_it_cannot_be_trained_it_says_what_is_missing(studio: Studio, places: Places) -> None:
    places.python.unlink()
    page = studio.get(PAGE)
    assert "Ask whoever runs the site to install Python 3.10" in page
    mark = {"csrf": studio.field("/understanding", "csrf")}
    answer = studio.client.post("/admin/understanding/model/train", data=mark)
    assert (answer.status_code, "Python 3.10" in answer.text) == (400, True)
    assert "Language model" in studio.get("/understanding")
