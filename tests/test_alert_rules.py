"""The alert rules watch figures that there are, and each has its place in the run book."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML
from starlette.testclient import TestClient

from bot import readiness
from tests.test_repository import ROOT
from tests.web.assistants import assemble
from web.app import application

RULES = [
    rule
    for group in YAML(typ="safe").load((ROOT / "docs" / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
RUN_BOOK = (ROOT / "docs" / "running.md").read_text(encoding="utf-8").split("## When it calls")[1].split("\n## ")[0]
OF_PROMETHEUS = {"up"}


def told(tmp_path: Path) -> tuple[set[str], dict[str, set[str]]]:
    """The names of series that /metrics has, and the values of each label."""
    assistant = assemble(tmp_path)
    with TestClient(application(assistant, work=False), client=("127.0.0.1", 1)) as client:
        client.get("/healthz")
        client.app.state.metrics.refused.labels("sms").inc()  # type: ignore[attr-defined]
        text = client.get("/metrics").text
    assistant.db.close()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    labels: dict[str, set[str]] = {}
    for sample in samples:
        for name, value in sample.labels.items():
            labels.setdefault(name, set()).add(value)
    return {sample.name for sample in samples}, labels


def test_every_rule_watches_a_figure_that_there_is(tmp_path: Path) -> None:
    names, labels = told(tmp_path)
    labels["part"] = set(
        re.findall(r'^        "(\w+)": ', Path(readiness.__file__).read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert len(RULES) >= 10
    for rule in RULES:
        watched = set(re.findall(r"\b(anydoor_\w+|up)\b", rule["expr"])) - {"anydoor"}
        assert watched, rule["alert"]
        assert watched <= names | OF_PROMETHEUS, rule["alert"]
        for name, how, value in re.findall(r'(\w+)(=~?)"([^"]+)"', rule["expr"]):
            for each in value.split("|") if how == "=~" else [value]:
                known = labels.get(name, set())
                assert name in {"job", "status", "route"} or each in known, (rule["alert"], name, each)


def test_every_rule_says_how_urgent_it_is_and_what_is_so() -> None:
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert all(rule["annotations"]["summary"].endswith(".") for rule in RULES)


def test_the_run_book_has_every_rule_and_no_other() -> None:
    assert re.findall(r"^\| `(\w+)` \|", RUN_BOOK, re.MULTILINE) == [rule["alert"] for rule in RULES]
