"""`anydoor icb`: one postcode a line in, its board out."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command("icb")(icb)


def icb(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Find the board of each postcode on stdin, one a line."""
    from services.areas import icb_line
    from services.clock import Clock
    from services.settings import load

    today = Clock.at(load().now).london().date()
    for line in sys.stdin:
        found = icb_line(line.rstrip("\r\n"), today)
        print(json.dumps(found, ensure_ascii=False) if as_json else words(found), flush=True)


def words(found: dict[str, str | bool | None]) -> str:
    where = found["board_name"] or found["nation"] or "-"
    suggestion = f" (did you mean {found['suggestion']}?)" if found["suggestion"] else ""
    return f"{found['postcode'] or found['input']}: {found['status']}, {where}{suggestion}"
