"""Invariants 10 to 13: pinned revisions, declared actions, templates, words in dialogs/ only."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import actions, conversation_tests
from bot import assistant as assembling
from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS, Assistant, assemble
from bot.flows import checking
from bot.flows.definition import ContentErrors
from bot.flows.engine import ActionResult
from bot.flows.reading import read_book
from bot.flows.words import Directory
from bot.nlu.stand_in import StandIn
from bot.simulator import Simulator
from services import conversations, flow_store
from services.directory import known_helplines, known_numbers
from services.errors import SettingsError
from services.models import DialogRevision
from tests.costs import costs_less_than
from tests.invariants.conftest import settings_of
from tests.invariants.people import CRISIS_LINE, CountingNlu, say_all, words

ROOT = Path(__file__).resolve().parents[2]
OLD_WORDS, NEW_WORDS = "How old are you?", "What is your age?"
WRITTEN = "How old are {% if for_someone_else %}they{% else %}you{% endif %}?"
"""The old words as they stand in the file."""


@pytest.fixture
def dialogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of dialogs/ that a test may change; the product reads it from now on."""
    copy = tmp_path / "dialogs"
    shutil.copytree(DIALOGS, copy, ignore=shutil.ignore_patterns("tests"))
    monkeypatch.setattr(assembling, "DIALOGS", copy)
    return copy


def change(dialogs: Path, file: str, old: str, new: str) -> None:
    path = dialogs / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def restarted(assistant: Assistant, home: Path) -> Simulator:
    """The same database served by a process that read dialogs/ anew."""
    again = assemble(
        settings_of(home, str(assistant.db.engine.url.render_as_string(hide_password=False))), nlu=StandIn()
    )
    again.demo = True
    return Simulator(again)


def test_invariant_10_a_conversation_keeps_its_words_and_gets_todays_safety_words(
    person: Simulator, dialogs: Path, tmp_path: Path
) -> None:
    say_all(person, ["hi", "1"])
    change(dialogs, "flows/about_you.yml", WRITTEN, NEW_WORDS)
    change(dialogs, "flows/about_you.yml", "collect: name\n", "collect: name\n        tries: 4\n")  # more than words
    change(dialogs, "patterns/safety.yml", "sorry things are this bad", "sorry that things are so bad")
    later = restarted(person.assistant, tmp_path)
    later.count = 100
    assert later.assistant.book(None).revision != person.assistant.book(None).revision
    assert OLD_WORDS in words(say_all(later, ["off sick", "PR1 8XJ"]))
    crisis = words(later.say("i want to kill myself"))
    assert "sorry that things are so bad" in crisis
    assert CRISIS_LINE in crisis
    somebody_new = Simulator(later.assistant)
    somebody_new.address = type(person.address)("sms", "+447700900777")
    somebody_new.count = 200
    assert NEW_WORDS in words(say_all(somebody_new, ["hi", "1", "off sick", "PR1 8XJ"]))
    later.assistant.close()


def test_invariant_10_a_revision_is_a_row_that_never_changes(person: Simulator, dialogs: Path, tmp_path: Path) -> None:
    first = person.assistant.book(None).revision
    with person.assistant.db.read() as session:
        content = flow_store.load(session, first)
    change(dialogs, "flows/about_you.yml", WRITTEN, NEW_WORDS)
    later = restarted(person.assistant, tmp_path)
    with later.assistant.db.read() as session:
        assert flow_store.load(session, first) == content
        assert session.query(DialogRevision).count() == 2
    later.assistant.close()


def test_invariant_10_start_up_is_refused_while_a_pinned_revision_calls_what_is_gone(
    texter: Simulator, tmp_path: Path
) -> None:
    person = texter
    person.say("hi")
    now = person.assistant.clock.now()
    with person.assistant.db.write() as session:
        flow_store.store(session, "old", {"a.yml": "version: 1"}, ["find_area", "ring_a_bell"], "test", now)
        conversations.pin(session, conversations.lock(session, person.conversation_id()), "old")
    with pytest.raises(SettingsError, match="ring_a_bell"):
        restarted(person.assistant, tmp_path)


PLAYED = [
    "happy_path/by_text_with_numbers.txt",
    "happy_path/on_the_web.txt",
    "outcomes/an_opening_comes_free_and_is_booked.txt",
    "outcomes/no_team_here_yet.txt",
    "outcomes/deletes_everything_half_way.txt",
    "outcomes/what_do_you_hold.txt",
    "safety/crisis_with_nobody_on_duty.txt",
    "when/moves_the_call.txt",
    "when/calls_off_the_call.txt",
    "when/first_choice_goes_to_someone_else.txt",
    "wrong_area/typo_in_the_postcode_is_asked_about.txt",
    "wrong_area/lives_in_wales.txt",
    "wrong_area/no_fixed_address.txt",
    "young/is_14.txt",
]


def test_invariant_11_every_declared_action_exists_and_the_other_way_round() -> None:
    assert set(actions.ACTIONS) == set(SPECS)


def test_invariant_11_actions_fill_what_they_declare_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held while whole conversations are played, whatever they say."""
    undeclared: set[tuple[str, str, str]] = set()
    acted: set[str] = set()
    really = actions.act

    def watched(doing: Any, name: str, slots: Any) -> ActionResult:
        done, spec = really(doing, name, slots), SPECS[name]
        acted.add(name)
        for slot, value in done.slots.items():
            allowed = spec.fills.get(slot)
            if slot not in spec.fills or (allowed and value is not None and value not in allowed):
                undeclared.add((name, slot, str(value)))
        undeclared.update(
            (name, "event", event.name) for event in done.events if event.name.partition(":")[0] not in spec.events
        )
        return done

    monkeypatch.setattr(actions, "act", watched)
    for file in PLAYED:
        conversation_tests.play_file(DIALOGS / "tests" / file, StandIn())
    assert undeclared == set()
    assert len(acted) > 20


def test_invariant_12_a_template_that_would_eat_the_memory_is_refused_before_it_is_compiled(dialogs: Path) -> None:
    change(
        dialogs, "flows/about_you.yml", WRITTEN, "{{ 'x'*200000000 }} {{ x.__class__ }} {% for a in b %}{% endfor %}"
    )

    def refuse(_: int) -> None:
        with pytest.raises(ContentErrors):
            read_book(dialogs, SPECS)

    assert costs_less_than(10, refuse)


def test_invariant_12_a_word_that_no_slot_fills_is_refused(dialogs: Path) -> None:
    change(dialogs, "flows/about_you.yml", WRITTEN, "{{ no_such_slot }}")
    found = checking.check(read_book(dialogs, SPECS), Directory(known_helplines(), known_numbers()))
    assert {each.severity for each in found if "no_such_slot" in each.message} == {"error"}


def test_invariant_12_every_helpline_comes_from_the_one_table() -> None:
    """In what the assistant says, no number is written out but an example of a mobile."""
    number = re.compile(r"\b(?:999|111|112|0800[\d ]+|116 ?\d{3}|85258)\b")
    parts = [(name, text) for name, said in read_book(DIALOGS, SPECS).responses.items() for text in said.parts.values()]
    assert len(parts) > 100
    assert [(name, number.findall(text)) for name, text in parts if number.search(text)] == []


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """String literals that are no docstrings, no messages of exceptions, logs or options, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.Raise | ast.Assert) or is_for_operators(node):
            passed_over.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed_over:
            yield node.lineno, node.value


FOR_OPERATORS = {"Option", "Argument", "Finding", "BadParameter", "RowProblem", "Problem", "error", "advice", "warning"}


def is_for_operators(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in FOR_OPERATORS


SENTENCE = re.compile(
    r"^[A-Z][a-z']*,?( [A-Za-z0-9,'\-]+){3,}[.?!]$|\b(you|your|we'll|we're|we've) [a-z]+ [a-z]+", re.S
)
STAFF_OR_OPERATORS = (
    "bot/cli/",  # whoever runs the service
    "bot/flows/",  # findings of the checker, for an editor
    "bot/readiness.py",
    "web/admin/",  # to editors
    "bot/channels/mail.py",  # to coaches
    "bot/evaluation.py",
    "bot/nlu/",  # the recognisers' own word lists, and what is said when training
    "bot/conversation_tests.py",
    "bot/trial.py",
    "bot/checked.py",
    "services/doctor.py",
    "services/backup",
    "services/eligibility_files.py",
    "services/tables",
    "services/directory_import.py",
    "services/demo.py",
    "services/data/",
    "web/coach/",
    "web/auth.py",
    "web/demonstration.py",
)


def test_invariant_13_no_words_for_the_public_in_python() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:60]}"
        for folder in ("bot", "services", "web")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(STAFF_OR_OPERATORS)
        for line, text in literals(path)
        if SENTENCE.search(text)
    ]
    assert found == []


def test_invariant_13_the_search_for_words_can_find_some(tmp_path: Path) -> None:
    file = tmp_path / "words.py"
    file.write_text('REPLY = "Thank you for telling us that."\nOTHER = "We will ring you back soon"\n')
    assert [line for line, text in literals(file) if SENTENCE.search(text)] == [1, 2]


def test_what_the_program_sets_beside_the_flows_is_declared_and_really_set() -> None:
    """The proof takes a slot for empty that neither a step nor an action fills, unless it says `set_by: code`."""
    book = read_book(DIALOGS, SPECS)
    python = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))
    by_code = [spec.name for spec in book.slots.values() if spec.set_by == "code"]
    assert by_code
    assert [name for name in by_code if f'"{name}"' not in python] == []
    assert book.never_filled <= {"opening_wait"}  # only its answers are read: they stand at the end of a list


def test_invariant_13_type_hints_and_reasons_are_responses_and_rows_of_dialogs(nlu: CountingNlu) -> None:
    book = read_book(DIALOGS, SPECS)
    for kind in ("postcode", "age", "phone", "duration", "name"):
        assert f"utter_invalid_{kind}" in book.responses
    reasons = (DIALOGS / "reasons.yml").read_text(encoding="utf-8")
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "services/eligibility_rules").glob("*.yml"))
    named = set(re.findall(r"^\s*(?:pass|fail|reason(?:_pass|_fail)?):\s*([a-z0-9_.]+)\s*$", rules, re.MULTILINE))
    assert [reason for reason in sorted(named) if reason not in reasons] == []
