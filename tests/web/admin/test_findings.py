"""Nothing that administrators are told needs the words of the files: every finding there can be, said to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assistant import todays_book
from bot.flows.definition import Finding
from web.admin import findings

ROOT = Path(__file__).resolve().parents[3]
FILES = [*sorted((ROOT / "bot/flows").glob("*.py")), *sorted((ROOT / "bot/studio").glob("*.py"))]
MAKE = {"error", "advice", "Finding", "YamlError", "EditError", "ResponseError", "ConditionError"}
NO_REFUSAL = {"commands", "engine_run", "replaying"}
"""Faults of a program, which no form can bring about."""
FORBIDDEN = re.compile(
    r"\b(slots?|flows?|steps?|yaml|regex|collect|utter\w*|responses?|intents?|nlu\w*|segments?|templates?|null|booleans?|"
    r"branch(es)?|nodes?|keys?|ask_before\w*|set_slots|SMS provider|constants?|id)\b|[`{}]|_\w",
    re.IGNORECASE,
)
SAMPLES = {"flow": "about_work", "step": "situation", "slot": "work_situation", "response": "utter_welcome"}


def words_of(node: ast.expr) -> str | None:
    """The text that an expression makes, with a name that there is wherever something is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else sample(one) for one in node.values)
    return None


def sample(node: ast.expr) -> str:
    shown = ast.unparse(node)
    if any(word in shown for word in ("count", "len(", "age", "MAX", "most", "budget")):
        return "7"
    kind = next((kind for kind in ("response", "slot", "spec", "flow", "step") if kind in shown), "")
    return {"spec": "work_situation"}.get(kind) or SAMPLES.get(kind, "something")


def messages() -> Iterator[tuple[str, str, str]]:
    """Where a finding is made, what it says and what it says to do."""
    for file in FILES:
        if file.stem in NO_REFUSAL:
            continue
        known = dict[str, str]()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and (text := words_of(node.value))
            ):
                known[f"{node.targets[0].id}:{node.lineno}"] = text
            called = getattr(node, "func", None)
            name = getattr(called, "attr", getattr(called, "id", ""))
            if isinstance(node, ast.Call) and name in MAKE:
                texts = [text for one in node.args if (text := words_of(one)) and " " in text]
                yield f"{file.name}:{node.lineno}", *(*texts, "", "")[:2]
        for at, text in known.items():
            if at.startswith(("message", "what:")) and " " in text:
                yield f"{file.name}:{at}", text, ""
            if at.startswith(("advice", "_UNLOOP")) and " " in text:
                yield f"{file.name}:{at}", "", text


def test_no_finding_speaks_of_what_only_files_have() -> None:
    book, found = todays_book(), list(messages())
    assert len(found) > 90
    bad = []
    for at, message, what_to_do in found:
        told = findings.one_told(book, Finding("flows/about_work.yml", 8, message, what_to_do))
        for text in (told.message, told.what_to_do):
            if FORBIDDEN.search(re.sub(r"“[^”]*”|\{\{ a name \}\}", "", text)):
                bad.append((at, text))
    assert bad == [], "\n".join(map(str, bad))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            'In `about_work.situation` the answer "A" leads back to `about_work.situation`, which has its answer already: '
            "an endless loop.",
            "The answer “A” to “Which fits best right now?” in “Your work now” leads back to",
        ),
        (
            "`utter_welcome` (text) takes 4 SMS segments with the longest values (500 characters).",
            "takes 4 text messages",
        ),
        ("The number 0800 1 is not in the directory.", "The number 0800 1 is not one that somebody has checked."),
        (
            "Something about the flow `about_work` and its steps.",
            "Something about the topic “Your work now” and its cards.",
        ),
        ("The text does not read as a template: unexpected '}'.", "The curly brackets in it do not fit together."),
    ],
)
def test_a_finding_names_the_card_as_people_know_it(message: str, told: str) -> None:
    one = findings.one_told(todays_book(), Finding("flows/about_work.yml", 8, message, "Add `x:` to it."))
    assert told in one.message
    assert (one.href, "Which fits best right now?" in one.where) == ("/admin/topic/about_work#at-situation", True)
    assert "`" not in one.what_to_do


def test_the_shortest_conversation_is_one() -> None:
    lines = (
        "start: Book the first call",
        "(find_team gives team_result = none)",
        "you answer work_situation: Out of work",
    )
    told = findings.one_told(todays_book(), Finding("x", 1, "x", "", "error", lines)).conversation
    assert told == (
        "Begins: Book the first call",
        "(Looked up: team result: none)",
        "They answer “Which fits best right now?”: Out of work",
    )
