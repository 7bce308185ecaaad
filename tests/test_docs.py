"""The documents are held to the code: settings, commands, links and every example of the flow language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.actions.catalogue import SPECS
from bot.cli import app, content, keep, places, serve, talk
from bot.conversation_tests import play_file
from bot.flows.checking_filled import check_filled
from bot.flows.checking_references import check_references
from bot.flows.reading import FOLDERS, read_files
from bot.flows.words import check_words
from bot.nlu.rasa import NoNlu
from services import booking, retention
from services.settings import Settings
from tests.test_repository import ROOT, tracked

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SET_BY_SERVE_ITSELF = {"ANYDOOR_DEMO"}
SECURITY = ROOT / "docs" / "security.md"
LANGUAGE = (ROOT / "docs" / "flow-language.md").read_text(encoding="utf-8")
BLOCK = r"^```{kind}\n(.*?)^```$"


def blocks(kind: str) -> list[str]:
    return re.findall(BLOCK.format(kind=kind), LANGUAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def command() -> CliRunner:
    if not app.registered_commands:
        for part in (serve, talk, places, content, keep):
            part.add_to(app)
    return CliRunner()


# -- settings and commands ---------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_running_document_and_in_the_help_of_serve(command: CliRunner) -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    said = command.invoke(app, ["serve", "--help"]).stdout
    assert [name for name in sorted(names) if name not in running] == []
    assert [name for name in sorted(names - SET_BY_SERVE_ITSELF) if name not in said] == []


def named_commands(document: Path) -> set[str]:
    """`anydoor <word>` in lines of examples and where a command stands between backticks."""
    examples = "\n".join(re.findall(r"^```\n(.*?)^```$", _text(document), re.MULTILINE | re.DOTALL))
    inline = re.findall(r"`anydoor ([a-z]+)", re.sub(r"^```.*?^```$", "", _text(document), flags=re.M | re.S))
    return {*inline, *re.findall(r"(?:^|[|$] |\S=\S+ |bin/)anydoor ([a-z]+)\b", examples, re.MULTILINE)}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_command_named_in_a_document_is_there(command: CliRunner) -> None:
    known = set(getattr(get_command(app), "commands", {}))
    readme = named_commands(ROOT / "README.md")
    assert {"chat", "check", "test", "icb", "understand", "train", "doctor"} <= readme
    assert {name for document in DOCUMENTS for name in named_commands(document)} <= known


def test_every_make_target_named_in_a_document_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:^|`)make (?:[A-Z0-9]+=\S+ )?([a-z-]+)", _text(document), re.MULTILINE)
    }
    assert {"run", "test", "help"} <= named
    assert named <= targets


def test_every_option_named_for_chat_and_serve_is_there(command: CliRunner) -> None:
    for name in ("chat", "serve", "test", "train"):
        said = command.invoke(app, [name, "--help"]).stdout
        named = {
            option
            for document in DOCUMENTS
            for line in re.findall(rf"anydoor {name}((?: --?[a-z-]+(?: [A-Z0-9:T/.a-z_-]+)?)+)", _text(document))
            for option in re.findall(r"--[a-z-]+", line)
        }
        assert [option for option in sorted(named) if option not in said] == [], name


# -- links and paths ---------------------------------------------------------------------------------------------------


def test_links_between_documents_and_to_files_resolve() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", _text(document))
        if not target.startswith(("http://", "https://", "mailto:")) and not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_test_that_a_document_names_as_evidence_is_there() -> None:
    named = {
        (document.name, *found)
        for document in DOCUMENTS
        for found in re.findall(r"`(tests/[\w./]+\.py)::(\w+)`", _text(document))
    }
    assert len(named) > 100
    missing = [
        f"{document}: {path}::{name}"
        for document, path, name in sorted(named)
        if not (ROOT / path).exists() or not re.search(rf"^(?:async )?def {name}\b", _text(ROOT / path), re.MULTILINE)
    ]
    assert missing == []


ASVS = dict(
    re.findall(
        r"(\S+):(\d+)",
        """
        1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
        5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2
        8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
        11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
        16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
        """,
    )
)
"""How many requirements of level 1 and 2 each section of ASVS 5.0.0 has: they are its first ones everywhere."""


def test_every_requirement_of_asvs_level_2_is_answered_once() -> None:
    rows = re.findall(
        r"^\| (\d[\d., -]*) \| .* \| (met|\*\*not met\*\*|operator|does not apply) \| .+ \|$", _text(SECURITY), re.M
    )
    told: list[str] = []
    for numbers, _ in rows:
        for part in numbers.split(", "):
            first, _, last = part.partition("-")
            section, _, start = first.rpartition(".")
            told += [f"{section}.{n}" for n in range(int(start), int((last or first).rpartition(".")[2]) + 1)]
    assert sorted(told) == sorted(f"{section}.{n + 1}" for section, count in ASVS.items() for n in range(int(count)))


def test_every_requirement_that_is_not_met_says_what_to_do() -> None:
    unmet = re.findall(r"^\| ([\d.]+) \| .* \| \*\*not met\*\* \|", _text(SECURITY), re.MULTILINE)
    table = _text(SECURITY).split("## What is not met")[1].split("\n## ")[0]
    assert [number for number in unmet if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", table)] == []


def test_every_path_of_the_repository_that_is_named_is_there() -> None:
    tops = "bot|services|web|docs|dialogs|nlu_data|nlu_server|tests|tools|migrations"
    named = {
        (document.name, path)
        for document in DOCUMENTS
        for path in re.findall(rf"(?<![\w/.])((?:{tops})/[\w./-]*\w/?)", _text(document))
        if not path.endswith("_")  # followed by a *
    }
    made_by_running = {"nlu_server/models", "nlu_server/models/", "nlu_server/.venv", "docs/audit.json"}
    missing = [one for one in sorted(named) if one[1] not in made_by_running and not (ROOT / one[1]).exists()]
    assert missing == []


def test_pictures_are_modest_and_shown_somewhere() -> None:
    pictures = [path for path in tracked() if path.is_relative_to(ROOT / "docs" / "images")]
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 300_000] == []
    assert [path.name for path in pictures if not any(path.name in _text(document) for document in DOCUMENTS)] == []


def test_every_decision_is_in_the_list_and_numbered_once() -> None:
    folder = ROOT / "docs" / "adr"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    assert [name for name in records if f"({name})" not in _text(folder / "README.md")] == []
    assert [name for name in records if not _text(folder / name).startswith(f"# {name[:4]} ")] == []


# -- the flow language -------------------------------------------------------------------------------------------------


def test_examples_of_the_flow_language_are_right() -> None:
    dialogs = ROOT / "dialogs"
    files = {
        path.relative_to(dialogs).as_posix(): _text(path) for part in FOLDERS for path in (dialogs / part).glob("*.yml")
    }
    examples = blocks("yaml")
    assert len(examples) >= 3
    for number, example in enumerate(examples):
        files[f"flows/example_{number}.yml"] = example
    book = read_files(files, SPECS)
    findings = [*check_references(book), *check_filled(book), *check_words(book)]
    assert [str(finding) for finding in findings if "example_" in finding.file] == []


def test_the_example_of_a_conversation_plays(tmp_path: Path) -> None:
    file = tmp_path / "example.txt"
    file.write_text(blocks("text")[0], encoding="utf-8")
    played, _, _ = play_file(file, NoNlu("the example needs none"))
    assert played.as_expected, played.transcript.format()


@pytest.mark.parametrize("module", ["reading", "reading_steps"])
def test_every_key_of_the_language_is_told(module: str) -> None:
    source = _text(ROOT / "bot" / "flows" / f"{module}.py")
    lists = re.findall(r"^_(?:FLOW_KEYS|SLOT_KEYS|KINDS)[^=]*= \((.*?)\)", source, re.M | re.S)
    lists += re.findall(r'"collect": \((.*?)\)', source)
    keys = {key for found in lists for key in re.findall(r'"(\w+)"', found)}
    assert len(keys) > 5
    assert [key for key in sorted(keys) if f"`{key}" not in LANGUAGE] == []


# -- figures that would go stale ---------------------------------------------------------------------------------------


def test_days_of_retention_are_the_ones_kept() -> None:
    privacy = _text(ROOT / "docs" / "privacy.md")
    for days in (
        retention.UNFINISHED,
        retention.BODIES,
        retention.NOT_UNDERSTOOD,
        retention.DUTY_ALERT,
        retention.TECHNICAL,
        retention.FIGURES,
    ):
        assert f"{days.days} days" in privacy


def test_times_of_a_hold_are_the_ones_kept() -> None:
    states = _text(ROOT / "docs" / "states.md")
    minutes = {channel: int(silence.total_seconds() // 60) for channel, silence in booking.SILENCE.items()}
    assert f"{minutes['sms']} minutes by SMS, {minutes['web']} by Telegram and web" in states
    assert minutes["telegram"] == minutes["web"]
    assert f"{int(booking.LONGEST_HOLD.total_seconds() // 60)} minutes from the choice" in states


def test_the_table_of_what_is_kept_says_what_is_sealed() -> None:
    source = "".join(_text(path) for path in (ROOT / "services" / "models").glob("*.py"))
    sealed = {name.split(".")[0] for name in re.findall(r'Sealed(?:Json)?\("([\w.]+)"\)', source)}
    rows = re.findall(
        r"^\| [^|]+ \| (`[^|]+`) \| ([^|]*)\| [^|]+ \|$", _text(ROOT / "docs" / "privacy.md"), re.MULTILINE
    )
    told = {table: bool(columns.strip()) for tables, columns in rows for table in re.findall(r"`(\w+)`", tables)}
    assert sorted(sealed - told.keys()) == []
    assert {table: table in sealed for table in told} == told


# -- the hazard log ----------------------------------------------------------------------------------------------------

HAZARDS = (ROOT / "docs" / "hazard-log.md").read_text(encoding="utf-8")
SEVERITY = ("minor", "significant", "considerable", "major", "catastrophic")
PARTS = ("Cause", "Effect", "Before", "Controls", "Evidence", "Now", "Open")


def matrix() -> dict[tuple[str, str], int]:
    rows = re.findall(r"^\| (very high|high|medium|low|very low) \| ([\d |]+) \|$", HAZARDS, re.MULTILINE)
    return {(name, how): int(n) for how, cells in rows for name, n in zip(SEVERITY, cells.split(" | "), strict=True)}


def hazards() -> dict[int, tuple[str, dict[str, str]]]:
    found = re.findall(r"^## (\d+)\. (.+)\n\n((?:- .+\n)+)", HAZARDS, re.MULTILINE)
    return {
        int(n): (title, dict(re.findall(r"^- \*\*(\w+):\*\* (.+)$", body, re.MULTILINE))) for n, title, body in found
    }


def test_every_hazard_says_cause_effect_controls_and_what_is_open() -> None:
    told = hazards()
    assert sorted(told) == list(range(1, len(told) + 1))
    assert [n for n, (_, parts) in told.items() if tuple(parts) != PARTS or not all(parts.values())] == []
    short = _text(ROOT / "docs" / "safety.md")
    assert [n for n in range(1, 21) if f"| {n} | {told[n][0]}" not in short] == [], "the short log has the same ones"


def test_every_hazard_is_rated_as_the_matrix_says_and_none_grew() -> None:
    rates, table = matrix(), re.findall(r"^\| (\d+) \| .+ \| (\d) \| (\d) \|$", HAZARDS, re.MULTILINE)
    assert len(rates) == 25
    for number, (_, parts) in hazards().items():
        rated = [re.fullmatch(r"(\w+) x ([a-z ]+) = (\d)\.", parts[when]) for when in ("Before", "Now")]
        before, now = (int(each[3]) for each in rated if each and rates[each[1], each[2]] == int(each[3]))
        assert now <= before
        assert (str(number), str(before), str(now)) in table


def test_every_hazard_names_evidence_that_is_there() -> None:
    for number, (_, parts) in hazards().items():
        named = re.findall(r"`([^`]+)`", parts["Evidence"])
        assert named, number
        assert [each for each in named if not (ROOT / each.partition("::")[0]).is_file()] == []
