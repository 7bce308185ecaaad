"""`anydoor source`: codes that open the form for professionals."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bot.cli.conftest import Run
from tests.bot.cli.test_keep import audited


def test_a_code_is_made_listed_and_closed(run: Run, home: Path) -> None:
    made = run("source", "add", "Oak Street Surgery", "--kind", "GP", "--per-day", "12")
    assert made.exit_code == 0, made.stderr
    found = re.search(r"^http://127\.0\.0\.1:8000/refer\?source=(oak-street-surgery-[a-z0-9]{10})$", made.stdout, re.M)
    assert found
    code = found[1]
    assert f"{code}  Oak Street Surgery (gp): /refer, 10 an hour, 12 a day" in run("source", "list").stdout
    assert run("source", "close", code).stdout == f"{code} is closed.\n"
    assert f"{code}  Oak Street Surgery (gp): closed" in run("source", "list").stdout
    assert audited(home) == [
        ("system", "source.add", f"source:{code}"),
        ("system", "source.close", f"source:{code}"),
    ]


def test_mistakes_are_said_in_a_sentence_and_change_nothing(run: Run, home: Path) -> None:
    poster = run("source", "add", "Oak", "--kind", "poster")
    assert (poster.exit_code, "A kind is one of gp, employer, jobcentre, other." in poster.stderr) == (1, True)
    gone = run("source", "close", "nobody-has-this")
    assert (gone.exit_code, "There is no open code nobody-has-this." in gone.stderr) == (1, True)
    assert run("source", "list").stdout == ""
    assert audited(home) == []
