"""The flow language said plainly, for people who never saw it: conditions, what happens next, what a step does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.flows import changing
from bot.flows.conditions import Both, Compare, Either, Not, Slot, Tree
from bot.flows.definition import (
    END,
    Action,
    Book,
    Call,
    Collect,
    Flow,
    Link,
    Outcome,
    Response,
    SetSlots,
    SlotSpec,
    Step,
    Utter,
)
from bot.handing_out import ASKED
from bot.languages import languages

MOST_SHOWN = 60
HELPLINE = re.compile(r"""\{\{-?\s*["'](\w+)["']\s*\|\s*helpline\s*-?\}\}""")
CHOSEN = re.compile(r"\{%-?\s*if\b[^%]*%\}((?:(?!\{%-?\s*(?:if|endif)\b).)*)\{%-?\s*endif\s*-?%\}", re.S)
"""An innermost choice of words."""
WRITTEN = re.compile(r"\{\{-?\s*(\w+)[^{}]*\}\}")
SIGNS = {"=": "is", "!=": "is not", "<": "is under", "<=": "is at most", ">": "is over", ">=": "is at least"}


@dataclass(frozen=True, slots=True)
class Way:
    """What happens next: `when` in words ("" always), where it leads, and how to get there on the page."""

    when: str
    to: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that is asked, said or done. `name`: the response whose words it says; `key`: what it does, for the page."""

    id: str
    kind: str
    key: str
    label: str
    response: Response | None
    spec: SlotSpec | None
    ways: tuple[Way, ...]
    options: tuple[str, ...] = ()


def over(book: Book, flow: Flow) -> str:
    """What the end of a topic is: where another goes through it, that one goes on."""
    back = [one.name for one in book.flows.values() if _goes_through(one, flow)]
    if not back:
        return "this topic is over"
    return (
        f"this topic is over: “{back[0]}” goes on" if len(back) == 1 else "this topic is over: the one before goes on"
    )


def _goes_through(one: Flow, flow: Flow) -> bool:
    return one.id != flow.id and any(isinstance(step, Call) and step.flow == flow.id for step in one.steps.values())


def cards(book: Book, flow: Flow) -> list[Card]:
    """Everything of a topic, in its order."""
    order = list(flow.steps)
    followed = dict(zip(order, [*order[1:], END], strict=True))
    return [card(book, flow, step, followed[step.id]) for step in flow.steps.values()]


def card(book: Book, flow: Flow, step: Step, following: str) -> Card:
    """One of them; `following` stands below it."""
    kind, key = kind_of(step)
    own = step.slot if isinstance(step, Collect) else ""
    ways = tuple(way_of(book, flow, branch.condition, branch.target, own) for branch in step.next)
    spec = book.slots.get(own)
    options = tuple(option for option in ("skippable", "ask_before_filling") if getattr(step, option, False))
    options += asked_options(book, flow, step) if isinstance(step, Collect) else ()
    if len(step.next) == 1 and step.next[0].target == following != END:
        ways = ()  # it stands right below
    return Card(step.id, kind, key, label(book, step), words_of(book, step), spec, ways, options)


def asked_options(book: Book, flow: Flow, step: Collect) -> tuple[str, ...]:
    """What can be done with a question: "leads" changed by form, "added" by form, "seen" by the coach."""
    leads = changing.leads_of(book, flow, step) is not None
    known = {"leads": leads, "added": changing.is_added(book, flow, step), "seen": step.slot in ASKED}
    return tuple(name for name, holds in known.items() if holds)


def kind_of(step: Step) -> tuple[str, str]:
    """ "question", "message", "does", "forgets", "through", "onto" or "outcome", and of what."""
    if isinstance(step, Collect):
        return "question", step.slot
    if isinstance(step, Utter):
        return "message", step.response
    if isinstance(step, Action):
        return "does", step.action
    if isinstance(step, SetSlots):
        return "notes", ""
    if isinstance(step, Call | Link):
        return ("through" if isinstance(step, Call) else "onto"), step.flow
    return "outcome", step.outcome


def words_of(book: Book, step: Step) -> Response | None:
    """What a step says."""
    name = step.utter if isinstance(step, Collect) else step.response if isinstance(step, Utter) else ""
    return book.responses.get(name)


def label(book: Book, step: Step) -> str:
    """A step in a few words, as other cards name it."""
    if isinstance(step, Call | Link):
        return named(book, step.flow)
    if isinstance(step, SetSlots):
        return ", ".join(f"{spoken(slot)}: {value_said(book, slot, value)}" for slot, value in step.values)
    if isinstance(step, Outcome):
        return spoken(step.outcome)
    if isinstance(step, Action):
        return spoken(step.action)
    found = words_of(book, step)
    return short(found.parts.get("text") or next(iter(found.parts.values()), "")) if found else ""


def named(book: Book, flow: str) -> str:
    """A topic's name."""
    return book.flows[flow].name if flow in book.flows else spoken(flow)


def short(words: str) -> str:
    """The beginning of words."""
    flat = " ".join(filled(words).split())
    return flat if len(flat) <= MOST_SHOWN else flat[: MOST_SHOWN - 3].rstrip() + "..."


def spoken(name: str) -> str:
    """`months_out_of_work` as words."""
    return name.removeprefix("utter_").replace("_", " ")


def language(code: str) -> str:
    """A language's English name; its code where we have none."""
    known = languages().get(code)
    return known.name if known else code


def filled(words: str) -> str:
    """Words with what is filled in named in square brackets, instead of templates."""
    text = HELPLINE.sub(lambda found: f"[number of {spoken(found[1])}]", words)
    text = WRITTEN.sub(lambda found: f"[{spoken(found[1])}]", text)
    text = re.sub(r"\{%-?\s*(?:elif|else)\b.*?%\}", " | ", re.sub(r"\{%-?\s*if\b.*?%\}", "[", text))
    return re.sub(r"\{%-?\s*endif\s*-?%\}", "]", text)


def as_most_hear(words: str) -> str:
    """`filled`, with of all that depends on an answer only what is said where nothing special was answered."""
    before = None
    while words != before:
        before, words = (
            words,
            CHOSEN.sub(lambda found: re.split(r"\{%-?\s*else\s*-?%\}", found[1] + "{% else %}")[1], words),
        )
    return filled(words)


def way_of(book: Book, flow: Flow, condition: object, target: str, own: str = "") -> Way:
    """One way on; `own`: what the card itself asks for."""
    tree = getattr(condition, "tree", None)
    when = said(book, tree, own) if tree is not None else ""
    if target == END or target not in flow.steps:
        return Way(when, "", "")
    step = flow.steps[target]
    return Way(when, label(book, step) or spoken(target), f"#at-{target}")


def said(book: Book, tree: Tree, own: str = "") -> str:
    """A condition in words."""
    if isinstance(tree, Compare):
        return compared(book, tree, own)
    if isinstance(tree, Slot):
        return f"{asked_for(book, tree.name, own)} is known"
    if isinstance(tree, Not):
        inner = tree.item
        name = asked_for(book, inner.name, own) if isinstance(inner, Slot) else ""
        return f"{name} is not known" if name else f"not ({said(book, inner, own)})"
    if isinstance(tree, Both | Either):
        word = " and " if isinstance(tree, Both) else " or "
        return word.join(
            f"({said(book, one, own)})" if isinstance(one, Both | Either) else said(book, one, own)
            for one in tree.items
        )
    return str(tree.value)


def asked_for(book: Book, slot: str, own: str = "") -> str:
    """What is known, as cards name it: "the answer" to the card's own question, the words of a question that was added."""
    if slot and slot == own:
        return "the answer"
    spec, words = book.slots.get(slot), book.responses.get(f"utter_ask_{slot}")
    added = bool(spec and spec.choices and all(changing.BY_FORM.fullmatch(one.value) for one in spec.choices))
    return f"the answer to “{short(words.parts.get('text', ''))}”" if added and words else spoken(slot)


def compared(book: Book, tree: Compare, own: str = "") -> str:
    slot = tree.left.name if isinstance(tree.left, Slot) else ""
    other, name = tree.right, asked_for(book, slot, own)
    if isinstance(other, Slot):
        return f"{name} {SIGNS.get(tree.op, tree.op)} {asked_for(book, other.name, own)}"
    if tree.op in {"in", "not in"} and isinstance(other.value, tuple):
        listed = " or ".join(value_said(book, slot, one) for one in other.value)
        return f"{name} {'is' if tree.op == 'in' else 'is not'} {listed}"
    if tree.op in {"contains", "not contains"}:
        verb = "includes" if tree.op == "contains" else "does not include"
        return f"{name} {verb} {value_said(book, slot, other.value)}"
    return f"{name} {SIGNS.get(tree.op, tree.op)} {value_said(book, slot, other.value)}"


def value_said(book: Book, slot: str, value: object) -> str:
    """A value as people see it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        spec = book.slots.get(slot)
        title = spec.title_of(value) if spec and spec.declared else None
        return f"“{title}”" if title else spoken(value)
    return str(value)
