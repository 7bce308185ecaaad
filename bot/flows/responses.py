"""Responses: a small part of Jinja2, checked on the parsed tree before anything is compiled, then rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.runtime import Context

from bot.flows.definition import SKIPPED

if TYPE_CHECKING:
    from bot.flows.definition import Book, Json, Response, SlotSpec

MAX_TEMPLATE: Final = 4000
MAX_CONSTANT: Final = 200
MAX_DEPTH: Final = 30
FILTERS: Final = frozenset({"helpline", "phone", "date", "default", "lower", "capitalize", "whole"})
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.List, nodes.Tuple,
)  # fmt: skip
_UNLIKE: Final = {
    "For": "loops", "Getattr": "a dot", "Getitem": "square brackets after a name", "Call": "calls", "Macro": "macros",
    "Mul": "arithmetic", "Add": "arithmetic", "Pow": "arithmetic", "Include": "include", "Assign": "set",
}  # fmt: skip


class ResponseError(Exception):
    """A response cannot be read or said; the message says why."""


class Shown(str):
    """A slot's value that compares as itself and is said as its title."""

    __slots__ = ("title_text",)
    title_text: str

    def __new__(cls, value: str, title: str) -> Shown:
        made = super().__new__(cls, value)
        made.title_text = title
        return made


def _said(value: Any) -> str:
    """What is written for a value; a slot that is not filled has no words and must not pass as an empty place."""
    if value is None:
        raise UndefinedError("a slot that is not filled")
    if isinstance(value, Shown):
        return value.title_text
    if isinstance(value, list | tuple):
        return ", ".join(_said(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@pass_context
def _helpline(context: Context, name: str) -> str:
    number: str = context["helpline"](name)
    return number


def _phone(value: Any) -> str:
    """A UK number the way people write it: 07700 900123, 0808 200 0247, 116 123."""
    digits = re.sub(r"[^\d]", "", _said(value).replace("+44", "0", 1))
    if len(digits) == 11:
        return (
            f"{digits[:5]} {digits[5:]}" if digits[:2] in ("07", "01") else f"{digits[:4]} {digits[4:7]} {digits[7:]}"
        )
    return _said(value)


def _date(value: Any) -> str:
    """Tue 24 Nov."""
    day = date.fromisoformat(str(value)[:10])
    return f"{day:%a} {day.day} {day:%b}"


def _default(value: Any, otherwise: str) -> Any:
    return otherwise if value is None or value == "" or value == [] else value


def _whole(value: Any) -> Any:
    """The nearest whole number: nobody says "8.7 months"."""
    return int(value + 0.5) if isinstance(value, float) else value


def _environment() -> Environment:
    made = Environment(undefined=StrictUndefined, finalize=_said, trim_blocks=True, lstrip_blocks=True)
    made.globals.clear()
    made.tests.clear()
    made.filters = {
        "helpline": _helpline,
        "phone": _phone,
        "date": _date,
        "default": _default,
        "whole": _whole,
        "lower": lambda value: _said(value).lower(),
        "capitalize": lambda value: _said(value)[:1].upper() + _said(value)[1:],
    }
    return made


_ENVIRONMENT: Final = _environment()


def is_plain(text: str) -> bool:
    """Whether the text has nothing to fill in."""
    return "{" not in text


@lru_cache(maxsize=8192)
def parse(text: str) -> nodes.Template:
    """The checked tree of a template. Raises ResponseError; nothing is compiled here."""
    if len(text) > MAX_TEMPLATE:
        raise ResponseError(f"The text is longer than {MAX_TEMPLATE} characters.")
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        raise ResponseError(f"The text does not read as a template: {error.message}.") from None
    except (TemplateError, RecursionError, ValueError, MemoryError):
        raise ResponseError("The text does not read as a template.") from None
    _allow(tree, 0)
    return tree


def _allow(node: nodes.Node, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ResponseError("The text is nested too deeply.")
    if not isinstance(node, _ALLOWED):
        kind = type(node).__name__
        raise ResponseError(
            f"Only {{{{ slot }}}}, {{% if %}} and named filters may be used, not {_UNLIKE.get(kind, kind)}."
        )
    if isinstance(node, nodes.Const):
        _allow_constant(node.value)
    if isinstance(node, nodes.Filter):
        _allow_filter(node)
    for child in node.iter_child_nodes():
        _allow(child, depth + 1)


def _allow_constant(value: object) -> None:
    small = isinstance(value, bool) or value is None
    small = small or (isinstance(value, int | float) and abs(value) < 1_000_000)
    if not small and not (isinstance(value, str) and len(value) <= MAX_CONSTANT):
        raise ResponseError("A constant in the text is too big or of an odd kind.")


def _allow_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise ResponseError(f"There is no filter `{node.name}`; there are: {', '.join(sorted(FILTERS))}.")
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != (1 if node.name == "default" else 0):
        raise ResponseError(f"The filter `{node.name}` is given the wrong number of things.")


@lru_cache(maxsize=8192)
def _compiled(text: str) -> Template:
    parse(text)
    return _ENVIRONMENT.from_string(text)


def helplines(text: str) -> list[str]:
    """The names of helplines a text asks for."""
    asked = [node.node for node in parse(text).find_all(nodes.Filter) if node.name == "helpline"]
    return [node.value for node in asked if isinstance(node, nodes.Const)]


def always_a_helpline(text: str) -> bool:
    """Whether the text names a helpline however its conditions go."""
    return _always(parse(text).body)


def _always(body: Sequence[nodes.Node]) -> bool:
    for node in body:
        if isinstance(node, nodes.If):
            ways = [node.body, *(other.body for other in node.elif_), node.else_]
            if all(map(_always, ways)):
                return True
        elif any(one.name == "helpline" for one in node.find_all(nodes.Filter)):
            return True
    return False


def slots_read(text: str) -> frozenset[str]:
    """Every slot the text mentions."""
    return frozenset(node.name for node in parse(text).find_all(nodes.Name))


def slots_needed(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each slot the text writes out, with the slots known to be filled there by an `if` around it."""
    yield from _needed(parse(text).body, frozenset())


def _needed(body: Sequence[nodes.Node], filled: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                name = _written(part)
                if name:
                    yield name, filled
        elif isinstance(node, nodes.If):
            yield from _needed(node.body, filled | _known(node.test))
            yield from _needed(node.elif_, filled)
            yield from _needed(node.else_, filled | _known_unless(node.test))


def _written(node: nodes.Node | None) -> str | None:
    if isinstance(node, nodes.Filter):
        return None if node.name == "default" else _written(node.node)
    return node.name if isinstance(node, nodes.Name) else None


def _known(test: nodes.Node) -> frozenset[str]:
    """Slots that are filled when the test holds."""
    if isinstance(test, nodes.Name):
        return frozenset({test.name})
    if isinstance(test, nodes.And):
        return _known(test.left) | _known(test.right)
    if isinstance(test, nodes.Compare) and isinstance(test.expr, nodes.Name) and test.ops[0].op in ("eq", "gt", "in"):
        return frozenset({test.expr.name})
    return frozenset()


def _known_unless(test: nodes.Node) -> frozenset[str]:
    return _known(test.node) if isinstance(test, nodes.Not) else frozenset()


def render(
    book: Book,
    response: Response,
    slots: Mapping[str, Json],
    *,
    part: str,
    helpline: Callable[[str], str],
    extra: Mapping[str, Json] | None = None,
    channel: str = "sms",
) -> str:
    """The words of one part (a channel's name, `why`, `easier`) with the slots filled in. Raises ResponseError."""
    own = part in ("why", "easier")
    text = response.words_of(part if own else "", channel if own else part)
    if is_plain(text):
        return text
    values = _values(book, text, slots)
    try:
        return _compiled(text).render({**values, **(extra or {}), "helpline": helpline}).strip()
    except (TemplateError, LookupError, ValueError, TypeError) as error:
        raise ResponseError(f"{response.name} ({part}) cannot be said: {error}") from error


def _values(book: Book, text: str, slots: Mapping[str, Json]) -> dict[str, Any]:
    """The values to write; a skipped answer is as good as none."""
    return {
        name: None if slots.get(name) == SKIPPED else _shown(book.slots.get(name), slots.get(name), slots)
        for name in slots_read(text)
    }


def _shown(spec: SlotSpec | None, value: Json, slots: Mapping[str, Json]) -> Any:
    if spec is None or value is None or not (spec.choices or spec.also or spec.choices_from):
        return value
    if isinstance(value, list | tuple):
        return [_shown(spec, item, slots) for item in value]
    return Shown(str(value), title_of(spec, value, slots)) if isinstance(value, str) else value


def title_of(spec: SlotSpec, value: Json, slots: Mapping[str, Json]) -> str:
    """The words for a value: its choice's title, else the value."""
    for option in listed(spec, slots):
        if option[0] == value:
            return option[1]
    return str(value)


def listed(spec: SlotSpec, slots: Mapping[str, Json]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The answers on offer now: fixed ones, those an action found, those always added. (value, title, also)"""
    found = slots.get(spec.choices_from) if spec.choices_from else None
    offered = [_offered(item) for item in found] if isinstance(found, list | tuple) else []
    first = [(choice.value, choice.title, choice.also) for choice in spec.choices]
    last = [(choice.value, choice.title, choice.also) for choice in spec.also]
    return (*first, *offered, *last)


def _offered(item: Json) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(item, Mapping):
        also = item.get("also") or ()
        words = tuple(str(word) for word in also) if isinstance(also, list | tuple) else ()
        return str(item["value"]), str(item["title"]), words
    return str(item), str(item), ()
