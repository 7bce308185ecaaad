"""Totals over held-out files, on files made here."""

from __future__ import annotations

from pathlib import Path

from bot.scoring import Report, score


def test_totals_by_kind(tmp_path: Path) -> None:
    (tmp_path / "slots.tsv").write_text(
        "text\texpecting\tvalues\n"
        '43\tage\t{"age": 43}\n'
        'ages\tage\t{"age": 43}\n'
        'im skint\tbarriers\t{"barriers": ["housing"]}\n'
        '07911 123456\tphone\t{"phone": "07911123456"}\n',
        encoding="utf-8",
    )
    (tmp_path / "choices.tsv").write_text(
        'text\toptions\tanswer\n2\t["A","B"]\t2\nboth\t["Tea","Cake"]\t[1, 2]\nhello\t["Tea","Cake"]\tnull\n',
        encoding="utf-8",
    )
    (tmp_path / "when.tsv").write_text(
        "text\tnow\twindows\tnote\n"
        'tomorrow at 3\t2026-11-23T09:00\t[["2026-11-24T15:00", "2026-11-24T15:00"]]\t\n'
        'mondays\t2026-11-23T09:00\t{"days": "tue"}\t\n'
        'every friday at 2pm\t2026-11-23T09:00\t{"days": "fri", "from": "14:00", "to": "14:00"}\t\n'
        'asap\t2026-11-23T09:00\t"ASAP"\t\n'
        'hello\t2026-11-23T09:00\t"NONE"\t\n'
        'next thursday\t2026-11-23T09:00\t"AMBIGUOUS"\t\n',
        encoding="utf-8",
    )
    reports = {report.name: report for report in score(tmp_path)}
    assert reports["slots:age"] == Report("slots:age", n=2, right=1, wrong=0, missed=1)
    assert reports["slots:barriers"] == Report("slots:barriers", n=1, right=0, wrong=1, missed=0)
    assert reports["slots:phone"].right == 1
    assert reports["choices:one"].right == 1
    assert reports["choices:several"].right == 1
    assert reports["choices:nothing"].wrong == 0
    assert [reports[f"when:{kind}"].right for kind in ("windows", "asap", "ambiguous", "pattern")] == [1, 1, 1, 1]
    assert reports["slots:age"].recall == 0.5
    assert reports["when:pattern"].precision == 0.5


def scored(folder: Path, name: str, rows: str) -> dict[str, Report]:
    headers = {
        "slots": "text\texpecting\tvalues\n",
        "choices": "text\toptions\tanswer\n",
        "when": "text\tnow\twindows\n",
    }
    for file, header in headers.items():
        (folder / f"{file}.tsv").write_text(header + (rows if file == name else ""), encoding="utf-8")
    return {report.name: report for report in score(folder)}


def test_texts_are_heard_as_in_a_turn(tmp_path: Path) -> None:
    rows = (
        'boss\tbarriers\t{"barriers": ["employer"]}\n'  # an `also:` of the question
        'im off sick, about 6 months\twork_situation\t{"work_situation": "off_sick", "months_out_of_work": 7}\n'
        '2\thealth\t{"health": ["musculoskeletal"]}\n'
    )
    reports = scored(tmp_path, "slots", rows)
    assert {name: report.right for name, report in reports.items()} == {
        "slots:barriers": 1,
        "slots:health": 1,
        "slots:months_out_of_work": 1,  # a month either way
        "slots:work_situation": 1,
    }


def test_lists_are_those_of_the_questions(tmp_path: Path) -> None:
    rows = (
        '# no\t["A","B"]\t2\n'  # a row like any other
        '#2\t["A","B"]\t2\n'
        'zoom\t["Phone call","Video call","In person"]\t2\n'
        '2 and 3\t["A","B","C","*"]\t[2, 3]\n'
        'next friday\t["Tue 24 Nov, 10am","Wed 25 Nov, 2pm","Other times"]\tnull\n'
    )
    reports = scored(tmp_path, "choices", rows)
    assert reports["choices:one"] == Report("choices:one", n=3, right=2, wrong=0, missed=1)
    assert reports["choices:several"].right == 1
    assert reports["choices:nothing"].wrong == 0
