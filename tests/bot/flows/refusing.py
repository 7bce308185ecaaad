"""Careless and malicious content: each text has to be refused with a sentence, within 100 ms and 50 MB."""

from __future__ import annotations

from typing import Final

HEAD: Final = "version: 1\n"
BOMB: Final = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


def saying(words: str) -> str:
    return HEAD + f"responses:\n  utter_x: '{words}'\n"


def when(condition: str) -> str:
    return HEAD + (
        "flows:\n  f:\n    name: F\n    description: d\n    steps:\n      - collect: postcode\n        next:\n"
        f"          - if: '{condition}'\n            then: END\n          - else: END\n"
    )


def flow(steps: str) -> str:
    return HEAD + f"flows:\n  f:\n    name: F\n    description: d\n    steps:\n{steps}"


TEXTS: Final[dict[str, str]] = {
    "aliases that multiply": BOMB,
    "an alias to itself": "a: &a [*a]\n",
    "brackets without end": "[" * 200_000,
    "braces without end": "{a: " * 60_000,
    "deep by indentation": "".join(" " * n + "a:\n" for n in range(500)),
    "dashes on dashes": "- " * 100_000,
    "five megabytes": "# " + "x" * 5_000_000,
    "five megabytes of keys": "".join(f"k{n}: v\n" for n in range(500_000)),
    "256 KB of keys": "".join(f"k{n}: v\n" for n in range(25_000)),
    "256 KB of one letter keys in a row": HEAD + "flows: {" + ", ".join(f"k{n}: 1" for n in range(20_000)) + "}\n",
    "256 KB of items": "[" + "x," * 125_000 + "x]",
    "a thousand flows": HEAD
    + "flows:\n"
    + "".join(
        f"  f{n}:\n    name: F\n    description: d\n    steps: [{{collect: nope{n}, next: nowhere}}]\n"
        for n in range(1000)
    ),
    "a key twice": HEAD + HEAD,
    "a tag that makes objects": HEAD + "flows: !!python/object/apply:os.system [x]\n",
    "no as a word": HEAD + "flows: No\n",
    "a time as a key": HEAD + "10:30: x\n",
    "a number as a name": HEAD + "slots:\n  0300: {type: text}\n",
    "nothing but a NUL": "\0",
    "two documents": HEAD + "---\n" + HEAD,
    "a missing step": flow("      - {collect: postcode, next: nowhere}\n"),
    "words made long by arithmetic": saying('{{"x" * 200000000}}'),
    "a loop in words": saying("{% for i in range(10 ** 9) %}x{% endfor %}"),
    "a way to the inside": saying("{{ x.__class__.__mro__ }}"),
    "a call": saying("{{ cycler() }}"),
    "an import": saying('{% import "x" as y %}'),
    "braces in words without end": saying("{{" * 1500),
    "ifs without end": saying("{% if x %}" * 900),
    "brackets in words": saying("{{ " + "(" * 3000 + "x" + ")" * 3000 + " }}"),
    "not not not in words": saying("{{ " + "not " * 900 + "x }}"),
    "a filter that pads": saying("{{ x|center(100000000) }}"),
    "a number with a million digits": saying("{{ " + "9" * 200_000 + " }}"),
    "words beyond measure": saying("x" * 200_000),
    "a condition with brackets": when("(" * 3000 + "slots.postcode" + ")" * 3000),
    "a condition with a call": when('__import__("os")'),
    "a condition with a power": when("slots.age = 9 ** 9 ** 9"),
    "a condition of many nots": when("not " * 5000 + "slots.postcode"),
    "a condition beyond measure": when(" or ".join(["slots.postcode"] * 8000)),
    "a condition that a reader may stumble over": when("slots." + "a" * 60_000 + "!"),
    "steps inside steps": flow(
        "      - " + "{collect: postcode, next: [{else: [" * 12 + "{link: f}" + "]}]}" * 12 + "\n"
    ),
}
