"""The rules of teams: three-valued, dated, and only a confirmed one may say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from services import eligibility
from services.areas import Areas
from services.db import Database
from services.demo import install_demo
from services.eligibility import Facts, Rule, TeamRules, decide, load_rules
from services.eligibility_files import RULES, known_teams, read_file
from services.eligibility_logic import KINDS, REASONS, SITUATIONS
from services.errors import RulesError
from services.models import Conversation, EligibilityDecision
from services.practices import by_code

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
FITS = Facts(age=34, work_situation="off_sick", lives=True, gp=None)
LANCASHIRE = "lancashire_and_south_cumbria"


def rule(kind: str, value: Any, *, confirmed: bool = True, **more: Any) -> Rule:
    by, on = ("Jo Smith, lead", TODAY) if confirmed else (None, None)
    return Rule(f"the_{kind}", kind, value, "a page", "2026", "high", confirmed_by=by, confirmed_on=on, **more)


def rules(*of_team: Rule, local: Any = "known") -> TeamRules:
    return TeamRules("a_team", "Preston", local, of_team)


def answer(of_team: TeamRules, facts: Facts, on: date = TODAY) -> str:
    return decide(of_team, facts, on).answer


@pytest.mark.parametrize(
    ("of_team", "facts", "expected"),
    [
        (rule("min_age", 18), Facts(age=18), "yes"),
        (rule("min_age", 18), Facts(age=17), "no"),
        (rule("min_age", 18), Facts(), "ask_a_person"),
        (rule("max_months_out_of_work", 6), Facts(work_situation="out_of_work", months_out_of_work=5.9), "yes"),
        (rule("max_months_out_of_work", 6), Facts(work_situation="out_of_work", months_out_of_work=6), "no"),
        (rule("max_months_out_of_work", 6), Facts(work_situation="out_of_work"), "ask_a_person"),
        (rule("max_months_out_of_work", 6), Facts(work_situation="off_sick", months_out_of_work=20), "yes"),
        (rule("work_situation", ("in_work",)), Facts(work_situation="in_work"), "yes"),
        (rule("work_situation", ("in_work",)), Facts(work_situation="out_of_work"), "no"),
        (rule("work_situation", ("in_work",)), Facts(work_situation="other"), "ask_a_person"),
        (rule("residence", ("lives",)), Facts(lives=True), "yes"),
        (rule("residence", ("lives",)), Facts(lives=False, gp=True), "no"),
        (rule("residence", ("lives",)), Facts(), "ask_a_person"),
        (rule("residence", ("lives", "gp")), Facts(lives=False, gp=True), "yes"),
        (rule("residence", ("lives", "gp")), Facts(lives=False, gp=None), "ask_a_person"),
        (rule("residence", ("lives", "gp")), Facts(lives=False, gp=False), "no"),
        (rule("residence", ("lives", "gp", "jobcentre")), Facts(lives=False, gp=False), "ask_a_person"),
        (rule("right_to_work", ("right_to_work",)), Facts(), "yes"),
        (rule("not_for", ("complex_health_needs",)), Facts(), "yes"),
    ],
)
def test_what_a_confirmed_rule_says(of_team: Rule, facts: Facts, expected: str) -> None:
    assert answer(rules(of_team), facts) == expected


def test_a_rule_that_nobody_confirmed_asks_a_person_instead_of_refusing() -> None:
    decision = decide(rules(rule("min_age", 18, confirmed=False)), Facts(age=17), TODAY)
    assert decision.answer == "ask_a_person"
    assert decision.reason_ids == ("age_limit",)
    assert decision.checks == ("min_age",)


def test_gaps_in_what_is_known_of_a_team_ask_a_person() -> None:
    for local in ("partly", "unknown"):
        decision = decide(rules(rule("min_age", 16), local=local), Facts(age=30), TODAY)
        assert (decision.answer, decision.checks) == ("ask_a_person", ("local_rules",))


def test_what_the_coach_checks_is_never_asked_and_never_refuses() -> None:
    of_team = rules(rule("right_to_work", ("right_to_work",)), rule("not_for", ("complex_health_needs", "other_help")))
    decision = decide(of_team, Facts(), TODAY)
    assert (decision.answer, decision.reasons) == ("yes", ())
    assert decision.checks == ("right_to_work", "complex_health_needs", "other_help")


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    of_team = rules(rule("min_age", 18, starts=date(2026, 1, 1), ends=date(2026, 11, 21)))
    assert answer(of_team, Facts(age=17), date(2026, 11, 21)) == "no"
    assert answer(of_team, Facts(age=17), date(2026, 11, 22)) == "yes"
    assert answer(of_team, Facts(age=17), date(2025, 12, 31)) == "yes"


def test_the_decision_names_rules_and_versions_and_no_fact_about_the_person() -> None:
    of_team = rules(replace(rule("min_age", 18), version="abc"))
    decision = decide(of_team, Facts(age=17), TODAY)
    assert decision.rule_ids == ("the_min_age",)
    assert decision.record() == [{"rule": "the_min_age", "version": "abc", "result": "fail", "confirmed": True}]


FACTS = st.builds(
    Facts,
    age=st.none() | st.integers(0, 120),
    work_situation=st.sampled_from([None, "other", *SITUATIONS]),
    months_out_of_work=st.none() | st.floats(0, 600),
    lives=st.sampled_from([None, True, False]),
    gp=st.sampled_from([None, True, False]),
)


@given(FACTS)
def test_no_real_team_can_refuse_anybody_until_it_confirms_a_rule(facts: Facts) -> None:
    for file in known_teams():
        assert decide(load_rules(file.team, TODAY), facts, TODAY).answer != "no"


@given(FACTS)
def test_a_no_always_rests_on_a_confirmed_rule_and_has_words(facts: Facts) -> None:
    for team in (f"demo_{LANCASHIRE}", "demo_greater_manchester", "demo_devon"):
        decision = decide(load_rules(team, TODAY), facts, TODAY)
        if decision.answer == "no":
            assert decision.reasons[0].confirmed
            assert eligibility.reason_words(decision).startswith("This team helps people")


def test_the_fifteen_pilots_and_two_others_have_files_with_sources() -> None:
    files = known_teams()
    assert len(files) == 17
    assert sum(file.pilot for file in files) == 15
    for file in files:
        assert file.footprint.boards_old == {file.board_2023}
        assert not any(each.confirmed for each in file.rules)
        assert all(each.source and each.source_date for each in file.rules)


def test_what_was_found_for_lancashire_and_greater_manchester() -> None:
    lancashire, manchester = load_rules(LANCASHIRE, TODAY), load_rules("greater_manchester", TODAY)
    months = lancashire.of("max_months_out_of_work")
    assert months is not None
    assert (lancashire.min_age, months.value, lancashire.asks_months) == (16, 6, False)
    assert manchester.ways == ("lives", "gp", "jobcentre")
    assert decide(manchester, FITS, TODAY).checks == ("right_to_work",)
    assert answer(manchester, FITS) == "yes"


def test_the_demonstration_shows_every_answer() -> None:
    long_ago = Facts(age=40, work_situation="out_of_work", months_out_of_work=8, lives=True)
    assert answer(load_rules(f"demo_{LANCASHIRE}", TODAY), long_ago) == "no"
    assert answer(load_rules(f"demo_{LANCASHIRE}", TODAY), FITS) == "yes"
    assert answer(load_rules("demo_devon", TODAY), long_ago) == "yes"
    assert answer(load_rules("demo_south_yorkshire", TODAY), FITS) == "ask_a_person"
    assert load_rules(f"demo_{LANCASHIRE}", TODAY).asks_months


@pytest.mark.parametrize("team", ["nobody_knows", "../national", "national", "", "README", "demo_"])
def test_a_team_without_a_file_has_the_national_rules_and_asks_a_person(team: str) -> None:
    if team == "demo_":
        assert load_rules(team, TODAY).local_rules == "known"
        return
    of_team = load_rules(team, TODAY)
    assert [each.id for each in of_team.rules] == ["national_work"]
    assert answer(of_team, FITS) == "ask_a_person"


def test_every_reason_has_words_and_no_word_refuses() -> None:
    words = YAML(typ="safe", pure=True).load(eligibility.WORDS.read_text(encoding="utf-8"))["reasons"]
    assert set(words) == set(REASONS)
    longest = {"age": 18, "months": 12, "place": max((file.place for file in known_teams()), key=len)}
    for text in words.values():
        assert "eligible" not in text
        assert len(text.format(**longest)) <= 120


def test_reason_words_are_filled_in() -> None:
    decision = decide(
        load_rules(f"demo_{LANCASHIRE}", TODAY), Facts(work_situation="out_of_work", months_out_of_work=9), TODAY
    )
    assert eligibility.reason_words(decision) == "This team helps people who left work under 6 months ago."
    assert eligibility.reason_words(decide(rules(), Facts(), TODAY)) == ""


GOOD = """version: 1
team: a_team
name: A team
place: Preston
local_rules: known
rules:
  - id: one
    kind: min_age
    value: 16
    source: a page
    source_date: "2026"
    confidence: high
    confirmed: false
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("version: 1", "version: 2", 1, "Write version: 1"),
        ("team: a_team", "team: b_team", 2, "Write team: a_team"),
        ("local_rules: known", "local_rules: yes", 5, "known, partly, unknown"),
        ("place: Preston\n", "", 1, "Add place:"),
        ("kind: min_age", "kind: max_age", 8, "Use one of"),
        ("value: 16", "value: sixteen", 9, "whole number"),
        ("value: 16", "value: true", 9, "whole number"),
        ("confirmed: false", "confirmed: perhaps", 13, "true or false"),
        ("confirmed: false", "confirmed: true", 13, "Add by:"),
        ("confirmed: false", "confirmed: true\n    by: Jo\n    on: soon", 15, "2026-11-21"),
        ("confirmed: false", "confirmed: false\n    from: 2026-02-01\n    to: 2026-01-01", 15, "ends before it begins"),
        ("confidence: high", "confidence: sure", 12, "high, medium, low"),
        ("source: a page", "sauce: a page", 10, "sauce is not a key"),
        ("\nrules:", "\nrules: 7\nnotes:", 6, "not a list"),
        ("place: Preston", "place: Preston\nplace: Leeds", 5, "Mend the line"),
        ("place: Preston", "place: [", 6, "Mend the line"),
        ("kind: min_age\n    value: 16", "kind: residence\n    value: [moon]", 9, "lives, gp, jobcentre"),
        ("kind: min_age\n    value: 16", "kind: residence\n    value: []", 9, "an empty list"),
        ("local_rules: known", "local_rules: known\nfootprint: {accepts: [moon]}", 6, "a way in is not known"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    path = tmp_path / "a_team.yml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(RulesError) as raised:
        read_file(path)
    assert raised.value.file == "a_team.yml"
    assert says in str(raised.value)
    assert abs(raised.value.line - line) <= 1, str(raised.value)


def test_two_rules_of_a_kind_may_follow_each_other_but_not_overlap(tmp_path: Path) -> None:
    second = (
        GOOD.split("rules:\n")[1].replace("id: one", "id: two").replace("value: 16", "value: 18\n    from: 2027-01-01")
    )
    path = tmp_path / "a_team.yml"
    path.write_text(GOOD + second, encoding="utf-8")
    with pytest.raises(RulesError, match="two and one are both in force"):
        read_file(path)
    path.write_text(GOOD.replace("value: 16", "value: 16\n    to: 2026-12-31") + second, encoding="utf-8")
    (tmp_path / "national.yml").write_text((RULES / "national.yml").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_rules("a_team", TODAY, tmp_path).min_age == 16
    assert load_rules("a_team", date(2027, 1, 1), tmp_path).min_age == 18


def test_every_kind_has_its_rule() -> None:
    values: dict[str, Any] = {"min_age": 16, "max_months_out_of_work": 6}
    for kind in KINDS:
        assert answer(rules(rule(kind, values.get(kind, ("lives",)))), Facts()) in ("yes", "ask_a_person")


def test_answers_of_another_kind_count_as_not_known() -> None:
    known = eligibility.facts(
        {"age": "skipped", "work_situation": "skipped", "months_out_of_work": "skipped"}, None, None
    )
    assert (known.age, known.work_situation, known.months_out_of_work) == (None, None, None)
    told = eligibility.facts({"age": 30, "work_situation": "in_work", "months_out_of_work": 2.5}, None, None)
    assert (told.age, told.work_situation, told.months_out_of_work) == (30, "in_work", 2.5)


def conversation_of(team: str) -> Conversation:
    return Conversation(id=1, address_id=1, person_id=1, channel="sms", team_id=team, opened_at=NOW)


def test_a_decision_is_kept_with_the_rules_that_made_it(sqlite_db: Database) -> None:
    area = Areas.load().find("PR1 8XJ", TODAY)
    told = eligibility.facts({"age": 30, "work_situation": "out_of_work", "months_out_of_work": 8}, area, None)
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        decision = eligibility.check(session, conversation_of(f"demo_{LANCASHIRE}"), told, TODAY, NOW)
    assert (decision.answer, decision.board, decision.reason_ids) == ("no", "E54000048", ("months_limit",))
    with sqlite_db.read() as session:
        kept = session.query(EligibilityDecision).one()
    assert kept.answer == "no"
    assert {"rule": "demo_lancashire_months", "result": "fail", "confirmed": True}.items() <= kept.rules[3].items()


def test_a_practice_in_the_place_is_enough_where_the_team_accepts_it(sqlite_db: Database) -> None:
    elsewhere, practice = Areas.load().find("PR1 8XJ", TODAY), by_code("P84012")
    assert practice is not None
    assert practice.board26 == "E54000057"
    told = eligibility.facts({"age": 30, "work_situation": "in_work"}, elsewhere, practice)
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        decision = eligibility.check(session, conversation_of("demo_greater_manchester"), told, TODAY, NOW)
        other = eligibility.check(session, conversation_of("demo_devon"), told, TODAY, NOW)
        nobody = eligibility.check(session, conversation_of("gone"), told, TODAY, NOW)
    assert (decision.answer, other.answer, nobody.answer) == ("yes", "no", "ask_a_person")


def test_a_postcode_taken_on_the_persons_word_is_for_the_coach_to_check(sqlite_db: Database) -> None:
    told = eligibility.facts({"age": 30, "work_situation": "in_work"}, Areas.load().find("PR1 8ZZ", TODAY), None)
    with sqlite_db.write() as session:
        install_demo(session, NOW)
        decision = eligibility.check(session, conversation_of(f"demo_{LANCASHIRE}"), told, TODAY, NOW)
    assert decision.answer == "yes"
    assert "postcode" in decision.checks
