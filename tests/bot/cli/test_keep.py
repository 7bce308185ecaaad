"""The commands for whoever keeps a site running, as they are typed."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.cli import doctor as doctor_command
from services import inbox, people, staff
from services.db import Database
from services.doctor import Part
from services.messages import Address, Inbound
from services.models import AuditRow, MessageIn, Person
from services.practices import Practices
from services.settings import load
from tests.bot.cli.conftest import Run
from tests.services.diaries import make_team

NUMBER = "sms:+447700900123"
WORDS = "canaryword"


@pytest.fixture
def anna(home: Path, now: datetime) -> int:
    """A person who wrote one message."""
    db = Database.of(load())
    inbox.accept(db, Inbound(Address.parse(NUMBER), "SM1", WORDS), False, now)
    with db.write() as session:
        session.execute(update(MessageIn).values(taken_at=now))
        person = session.scalars(select(Person.id)).one()
        people.set_name(session, person, "Anna Canary")
    db.close()
    return person


def audited(home: Path) -> list[tuple[str, str, str]]:
    db = Database.of(load())
    with db.read() as session:
        found = [
            (row.actor, row.action, row.subject) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))
        ]
    db.close()
    return found


def test_show_has_ids_and_states_and_no_words(run: Run, home: Path, anna: int) -> None:
    shown = run("person", "show", NUMBER)
    assert shown.exit_code == 0, shown.stderr
    assert f"person: {anna}" in shown.stdout
    assert "messages received: 1" in shown.stdout
    for secret in (WORDS, "Anna", "7700900123"):
        assert secret not in shown.stdout
    assert audited(home) == [("system", "person.show", f"person:{anna}")]


def test_export_has_everything_in_plain_words(run: Run, home: Path, anna: int) -> None:
    exported = run("person", "export", "sms:07700 900123")
    assert exported.exit_code == 0, exported.stderr
    for held in (WORDS, "name: Anna Canary", NUMBER):
        assert held in exported.stdout
    assert not re.search(r"[{}\[\]]", exported.stdout)
    assert audited(home) == [("system", "person.export", f"person:{anna}")]


def test_erase_asks_and_then_erases(run: Run, home: Path, anna: int) -> None:
    asked = run("person", "erase", NUMBER)
    assert (asked.exit_code, "--yes" in asked.stderr) == (1, True)
    assert WORDS in run("person", "export", NUMBER).stdout
    erased = run("person", "erase", NUMBER, "--yes")
    assert erased.exit_code == 0, erased.stderr
    assert (home / "erasures.ledger").read_text().count("\n") == 1
    assert audited(home)[-1] == ("system", "person.erase", f"person:{anna}")
    gone = run("person", "show", NUMBER)
    assert (gone.exit_code, gone.stderr.strip()) == (1, "Nobody is known by this address.")


@pytest.mark.parametrize("address", ["+447700900123", "fax:1", "sms:", ""])
def test_an_address_that_is_none_is_said(run: Run, address: str) -> None:
    wrong = run("person", "show", address)
    assert wrong.exit_code == 1
    assert "An address is written" in wrong.stderr


def test_the_wrong_home_is_said_and_no_database_is_made(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYDOOR_HOME", str(home / "elsewhere"))
    for command in (("person", "show", NUMBER), ("backup", home / "x.backup"), ("export", "staff")):
        wrong = run(*command)
        assert (wrong.exit_code, "There is no database at" in wrong.stderr) == (1, True)
    assert not (home / "elsewhere").exists()


def test_a_set_up_link_is_printed_once_and_works(
    run: Run, home: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANYDOOR_PUBLIC_URL", "https://anydoor.example/")
    added = run("staff", "add", "Ada@Example.org", "--role", "admin", "--name", "Ada")
    assert added.exit_code == 0, added.stderr
    link = re.search(r"https://anydoor\.example/set-up/(\S+)", added.stdout)
    assert link
    db = Database.of(load())
    with db.write() as session:
        member = staff.set_up(session, link[1], "a long enough password", now)
        assert isinstance(member, staff.StaffMember)
        assert (member.email, member.role, member.name) == ("ada@example.org", "admin", "Ada")
    db.close()
    again = run("staff", "add", "ada@example.org", "--role", "coach", "--team", "x")
    assert again.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a@example.org", "--role", "boss"), "A role is one of coach, lead, editor, safety, admin"),
        (("a@example.org", "--role", "coach"), "A coach needs a team."),
        (("a@example.org", "--role", "coach", "--team", "test shire"), "The nearest: testshire."),
        (("a@example.org", "--role", "lead", "--team", "Testshrie"), "The nearest: testshire."),
        (("not an address", "--role", "admin"), "This is not an e-mail address"),
        (("taken@example.org", "--role", "admin"), "has an account already"),
    ],
)
def test_an_account_that_cannot_be_made_is_said(
    run: Run, home: Path, now: datetime, arguments: tuple[str, ...], words: str
) -> None:
    db = Database.of(load())
    with db.write() as session:
        make_team(session, now)
        staff.add(session, "taken@example.org", "admin", now)
    db.close()
    wrong = run("staff", "add", *arguments)
    assert (wrong.exit_code, words in wrong.stderr) == (1, True), wrong.stderr


def test_tables_go_out_and_come_in(run: Run, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "practices.csv"
    assert run("export", "practices", file).exit_code == 0
    assert run("export", "practices").stdout == file.read_text()
    same = run("import", "practices", file)
    assert (same.exit_code, "0 new, 0 changed" in same.stdout) == (0, True)
    file.write_text(file.read_text() + "nonsense,row\n")
    wrong = run("import", "practices", file)
    assert wrong.exit_code == 1
    assert f"row {file.read_text().count(chr(10))}: 2 cells" in wrong.stderr
    assert not (home / "data").exists()
    Practices.load.cache_clear()


def test_staff_come_in_with_their_links(run: Run, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("email,name,role,team\nada@example.org,Ada,admin,\n")
    taken = run("import", "staff", file)
    assert taken.exit_code == 0, taken.stderr
    assert "ada@example.org: http://127.0.0.1:8000/set-up/" in taken.stdout
    assert run("export", "staff").stdout == file.read_text()
    assert "set-up" not in run("import", "staff", file).stdout


def test_the_directory_goes_in_and_out(run: Run, home: Path, tmp_path: Path) -> None:
    from services.directory import LISTINGS

    assert run("import", "directory", LISTINGS).exit_code == 0
    file = tmp_path / "directory.csv"
    assert run("export", "directory", file).exit_code == 0
    assert "0 new, 0 changed" in run("import", "directory", file).stdout
    (tmp_path / "bad.csv").write_text("id,name,what_for,nations,source\n,,,,\n")
    wrong = run("import", "directory", tmp_path / "bad.csv")
    assert (wrong.exit_code, "row 2:" in wrong.stderr) == (1, True)


def test_a_file_that_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    wrong = run("export", "practices", tmp_path / "no" / "such.csv")
    assert (wrong.exit_code, "cannot be written" in wrong.stderr) == (1, True)


def test_a_backup_says_where_the_key_is_and_comes_back(
    run: Run, home: Path, anna: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.backup"
    made = run("backup", file)
    assert made.exit_code == 0, made.stderr
    assert "NOT in it" in made.stdout
    assert "ANYDOOR_SECRET_KEY" in made.stdout
    assert run("person", "erase", NUMBER, "--yes").exit_code == 0
    refused = run("restore", file)
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    back = run("restore", file, "--force")
    assert back.exit_code == 0, back.stderr
    assert "Erased again by the ledger: 1." in back.stdout
    assert "Kept aside" in back.stdout
    assert WORDS not in run("person", "export", NUMBER).stdout


def test_a_file_that_is_no_backup_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("nonsense")
    for name, words in (("x", "no backup of Anydoor"), ("y", "There is no file")):
        wrong = run("restore", tmp_path / name)
        assert (wrong.exit_code, words in wrong.stderr) == (1, True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the proof of the dialogue, which has tests of its own."""
    monkeypatch.setattr(doctor_command, "dialogue", lambda: Part("dialogue", "ok", "proved: no error."))


def test_the_doctor_says_one_line_a_part(run: Run, quick: None) -> None:
    looked = run("doctor")
    assert looked.exit_code == 0, looked.stdout
    lines = looked.stdout.splitlines()
    assert all(re.match(r"(ok|attention|broken) +[A-Za-z ]+: .", line) for line in lines)
    assert {"database", "audit", "language model", "dialogue"} <= {line[11:].split(":")[0] for line in lines}


def test_the_doctor_fails_when_something_is_broken(run: Run, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("ANYDOOR_DEMO", "1")
    looked = run("doctor")
    assert looked.exit_code == 1
    assert re.search(r"^broken +SMS: ", looked.stdout, re.MULTILINE)


def test_the_doctor_says_which_setting_makes_no_sense(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYDOOR_DEMO", "perhaps")
    looked = run("doctor")
    assert (looked.exit_code, "ANYDOOR_DEMO" in looked.stdout) == (1, True)


def test_the_demonstration_beside_a_live_provider_is_broken(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a")
    monkeypatch.setenv("ANYDOOR_DEMO", "1")
    assert doctor_command.demonstration(load()).state == "broken"


def test_the_dialogue_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import checked
    from bot.flows.definition import Finding

    monkeypatch.setattr(checked, "check_everything", lambda: [Finding("f.yml", 1, "no", "")])
    assert doctor_command.dialogue().state == "broken"


def test_a_database_that_something_else_put_back_is_made_right(run: Run, home: Path) -> None:
    neither = run("restore")
    assert neither.exit_code == 1
    assert "Name a backup, or say --in-place" in neither.stderr
    right = run("restore", "--in-place")
    assert right.exit_code == 0, right.stderr
    assert "The continuous copy is back" in right.stdout
    assert "The chain of the audit was walked and fits." in right.stdout
    assert audited(home) == [("system", "restore", "database:1")]
