"""Totals over held-out files, on files made here."""

from __future__ import annotations

from pathlib import Path

from bot.nlu.scoring import Report, score


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
