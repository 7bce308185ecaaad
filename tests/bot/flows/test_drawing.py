from __future__ import annotations

import json

from bot.flows.drawing import graph, hand_overs, mermaid
from tests.bot.flows.talking import small_book

BOOK = small_book()


def test_a_flow_as_nodes_and_arrows() -> None:
    drawn = json.loads(json.dumps(graph(BOOK.flows["choose"])))
    assert [node["id"] for node in drawn["nodes"]] == [*BOOK.flows["choose"].steps, "END"]
    assert {"from": "choose", "to": "offer", "label": 'slots.opening = "other_times"'} in drawn["arrows"]
    assert {"from": "choose", "to": "hold", "label": "else"} in drawn["arrows"]
    ends = {node["id"] for node in drawn["nodes"]}
    assert {arrow["to"] for arrow in drawn["arrows"]} <= ends


def test_mermaid_names_every_step_and_breaks_on_no_quote() -> None:
    for flow in BOOK.flows.values():
        lines = mermaid(flow).splitlines()
        assert lines[0] == "flowchart TD"
        assert all(line.count('"') % 2 == 0 for line in lines)
        assert len(lines) >= 1 + len(flow.steps)


def test_who_hands_over_to_whom() -> None:
    text = hand_overs(BOOK)
    assert "journey --> where" in text
    assert "pattern_start_again -.-> journey" in text
