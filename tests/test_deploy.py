"""The files of docs/deploy are held to the product: commands, settings, ports, what is kept how long, what is shut off."""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from bot.cli import app
from services.settings import Settings
from tests.test_docs import command  # noqa: F401  the fixture that adds every command
from tests.test_repository import ROOT, tracked

DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("anydoor.service", "anydoor-nlu.service", "anydoor-backup.service")
KEPT_DAYS = 35
"""How long people were told that backups are kept (docs/privacy.md)."""


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def starts(unit: str) -> list[str]:
    return re.findall(r"^ExecStart=(.*)$", text_of(unit), re.MULTILINE)


def settings_of(unit: str) -> dict[str, str]:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
    parser.read_string(text_of(unit))
    return dict(parser["Service"])


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(text_of("compose.yml")))


def image_start() -> list[str]:
    found = re.search(r"^CMD (\[.*\])$", text_of("Containerfile"), re.MULTILINE)
    assert found
    return list(YAML(typ="safe").load(found[1]))


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize(
    "words",
    [
        *(shlex.split(line.removeprefix("/bin/sh -c ").strip("'")) for line in starts("anydoor.service")),
        *(shlex.split(shlex.split(line)[2]) for line in starts("anydoor-backup.service")[:1]),
        compose()["services"]["app"]["command"],
        image_start(),
    ],
    ids=["unit", "backup", "compose", "image"],
)
def test_each_start_is_a_command_that_is_there_with_options_that_it_has(words: list[str]) -> None:
    place = next(number for number, word in enumerate(words) if word.endswith("bin/anydoor"))
    name, *rest = words[place + 1 :]
    there = get_command(app).commands[name]  # type: ignore[attr-defined]
    options = {option for parameter in there.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_the_language_model_is_started_as_its_server_wants_and_where_the_settings_say() -> None:
    (line,) = starts("anydoor-nlu.service")
    server = (ROOT / "nlu_server" / "server.py").read_text(encoding="utf-8")
    for option in re.findall(r"--[a-z-]+", line):
        assert f'"{option}"' in server
    port = re.search(r"--port (\d+)", line)
    assert port
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert f"NLU_URL=http://127.0.0.1:{port[1]}" in text_of("anydoor-nlu.service")
    assert f"NLU_URL=http://127.0.0.1:{port[1]}" in running


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_runs_as_nobody_special_and_writes_only_where_it_must(unit: str) -> None:
    said = settings_of(unit)
    assert said["User"] not in {"root", ""}
    assert said["NoNewPrivileges"] == said["ProtectHome"] == said["PrivateTmp"] == "yes"
    assert said["ProtectSystem"] == "strict"
    assert said["UMask"] == "0077"


def test_the_language_model_reaches_nobody_and_sees_no_data() -> None:
    said = settings_of("anydoor-nlu.service")
    assert said["IPAddressDeny"] == "any"
    assert said["IPAddressAllow"] == "localhost"
    assert "/srv/anydoor" in said["InaccessiblePaths"]
    assert said["User"] != settings_of("anydoor.service")["User"]
    assert said["EnvironmentFile"] != settings_of("anydoor.service")["EnvironmentFile"]


def test_backups_go_after_the_days_that_people_were_told() -> None:
    deletes = starts("anydoor-backup.service")[1]
    days = re.search(r"-mtime \+(\d+)", deletes)
    assert days
    assert int(days[1]) == KEPT_DAYS - 1
    assert f"**{KEPT_DAYS} days**" in (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def test_only_the_web_server_is_reached_from_outside_and_the_database_only_from_inside() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert services["db"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}
    assert set(services["db"]["env_file"].split()).isdisjoint(services["app"]["env_file"].split())


def test_no_secret_and_no_unknown_setting_stands_in_them() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()} | {"NLU_TOKEN", "NLU_URL"}
    for file in DEPLOY.iterdir():
        words = file.read_text(encoding="utf-8")
        assert set(re.findall(r"\b(?:ANYDOOR|TWILIO|TELEGRAM|NLU|SMTP)_[A-Z_]+", words)) <= known, file.name
        assert not re.search(r"(?:PASSWORD|TOKEN|SECRET_KEY)=\S", words), file.name


def let_in() -> tuple[set[str], set[str]]:
    """What .dockerignore lets into the image, and what it shuts out of that again."""
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line]
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*", "nothing goes into the image unless it is named"
    return {rule[1:] for rule in rules if rule.startswith("!")}, {rule for rule in rules[1:] if rule[0] != "!"}


def test_the_image_holds_the_code_and_no_data_key_or_history_of_who_builds_it() -> None:
    named, shut_out = let_in()
    assert named <= {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert not named & {"var", ".git", ".venv", "tests"}
    for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split():
        top = line.split("/")[0]
        assert top not in named or line.rstrip("/") in shut_out, f"{line} is not tracked, and would go into the image"


def test_the_image_holds_what_making_it_reads() -> None:
    named, _ = let_in()
    program = (ROOT / "tools" / "environment.py").read_text(encoding="utf-8")
    read = set(re.findall(r'ROOT / "([^"]+)"', program)) | {"Makefile", "config.yml"}
    assert {name for name in read if (ROOT / name).exists() and name != ".venv"} <= named


def test_a_model_that_was_taught_more_outlives_the_container() -> None:
    app = compose()["services"]["app"]
    assert app["read_only"] is True
    assert "models:/opt/anydoor/nlu_server/models" in app["volumes"]
    assert set(compose()["volumes"]) >= {volume.split(":")[0] for volume in app["volumes"]}
