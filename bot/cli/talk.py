"""`anydoor chat`: talk to the assistant in the terminal; `anydoor understand`: what it makes of a text."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bot.cli.problems import said_plainly

if TYPE_CHECKING:
    from bot.simulator import Answered, Simulator
    from services.messages import Inbound

MEDIA = ("photo", "voice", "sticker", "video", "file")
CONTROLS = (
    "a control is @time ISO, @media photo|voice|sticker, @contact NUMBER, @press VALUE, @together, @coach TEXT, "
    "@coach (hands back), @coach-outcome reached|not_reached or @world plenty|no_openings|no_team"
)


def add_to(app: typer.Typer) -> None:
    app.command("chat")(chat)
    app.command("understand")(understand)


def chat(
    channel: Annotated[str, typer.Option(help="sms, telegram or web.")] = "sms",
    now: Annotated[str, typer.Option(help="Start the clock at an ISO time.")] = "",
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demonstration teams into ANYDOOR_HOME's database.")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Write the conversation as a test.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One message a line in, one JSON line a turn out.")] = False,
) -> None:
    """Talk to the assistant through the same inbox, turn and outbox as a real message."""
    if channel not in {"sms", "telegram", "web"}:
        raise typer.BadParameter("the channel is sms, telegram or web")
    with said_plainly(), database(now) as throw_away:
        from bot import trial
        from bot.assistant import assemble
        from bot.simulator import Simulator
        from services.settings import load

        assistant = assemble(load(), demo=demo or throw_away)
        assistant.wait_for_nlu(20)
        if throw_away:
            trial.set_world(assistant, "plenty")
        simulator = Simulator(assistant, channel)  # type: ignore[arg-type]
        try:
            converse(simulator, as_json, save)
        finally:
            assistant.close()


@contextmanager
def database(now: str) -> Iterator[bool]:
    """A throw-away database unless ANYDOOR_HOME is set; True when it is thrown away."""
    if now:
        os.environ["ANYDOOR_NOW"] = now
    if os.environ.get("ANYDOOR_HOME"):
        yield False
        return
    with tempfile.TemporaryDirectory(prefix="anydoor-") as folder:
        os.environ["ANYDOOR_HOME"] = folder
        try:
            yield True
        finally:
            del os.environ["ANYDOOR_HOME"]


def converse(simulator: Simulator, as_json: bool, save: Path | None) -> None:
    """Each line at once, and its answer before the next is read."""
    lines: list[Answered] = []
    if not as_json:
        print("Type a message, or an empty line to leave.", flush=True)
    for instant in instants(sys.stdin, ends_when_empty=not as_json):
        answered = obey(simulator, instant)
        lines.append(answered)
        print(
            json.dumps(answered.as_json(), ensure_ascii=False, default=str) if as_json else shown(answered), flush=True
        )
    if save:
        from bot.conversation_tests import as_transcript

        save.write_text(as_transcript(simulator, lines), encoding="utf-8")


def instants(stdin: TextIO, *, ends_when_empty: bool) -> Iterator[list[str]]:
    """Lines that arrive by themselves, and after `@together` two that arrive in one instant."""
    if isinstance(stdin, TextIOWrapper):
        stdin.reconfigure(errors="replace")  # a byte that is no text is part of a message all the same
    for line in stdin:
        text = line.rstrip("\r\n")
        if ends_when_empty and not text:
            return
        if text.strip() != "@together":
            yield [text]
        elif pair := [next_line.rstrip("\r\n") for next_line in islice(stdin, 2)]:
            yield pair


def obey(simulator: Simulator, lines: list[str]) -> Answered:
    """One line, or two that arrive together. A control that makes no sense is said on stderr, and answered all the same."""
    said = " / ".join(lines)
    try:
        if len(lines) == 1 and lines[0].startswith("@"):
            answered = obey_control(simulator, lines[0])
        else:
            answered = simulator.hear(*[message(simulator, line) for line in lines])
    except ValueError as error:
        print(str(error), file=sys.stderr, flush=True)
        answered = simulator.settle("")
    answered.said = said
    return answered


def message(simulator: Simulator, line: str) -> Inbound:
    """A line as a message: words, or one of the controls that stand for one. ValueError for another control."""
    control, _, rest = line.removeprefix("@").partition(" ")
    rest = rest.strip()
    if not line.startswith("@"):
        return simulator.inbound(line)
    if control == "media" and rest in MEDIA:
        return simulator.inbound(kind="media", media=rest)
    if control == "contact" and rest:
        return simulator.inbound(rest, kind="contact")
    if control == "press" and rest:
        return simulator.inbound(kind="press", pressed=rest)
    raise ValueError(CONTROLS)


def obey_control(simulator: Simulator, line: str) -> Answered:
    from bot import trial

    control, _, rest = line[1:].partition(" ")
    rest = rest.strip()
    if control == "time":
        return simulator.until(datetime.fromisoformat(rest))
    if control == "coach":
        return simulator.coach(rest)
    if control == "coach-outcome":
        return simulator.coach_outcome(rest)
    if control == "world":
        trial.set_world(simulator.assistant, rest)
        return simulator.settle("")
    return simulator.hear(message(simulator, line))


def shown(answered: Answered) -> str:
    from bot.channels import sms

    return "\n".join(
        "> " + sms.render(message.text, message.choices).replace("\n", "\n  ") for message in answered.messages
    )


def understand(
    expecting: Annotated[str, typer.Option(help="The slot that was just asked.")] = "",
    now: Annotated[str, typer.Option(help="What time it is, ISO.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """What is understood of each line on stdin. Uses NLU_URL, else starts the NLU server for itself."""
    from bot.assistant import open_nlu
    from bot.understood import Understander
    from services.clock import Clock
    from services.settings import load

    with said_plainly():
        settings = load()
        nlu = open_nlu(settings)
        nlu.wait(60)
        understander = Understander(nlu, Clock.at(now or settings.now).london(), expecting or None)
        try:
            for line in sys.stdin:
                found = understander.read(line.rstrip("\r\n"))
                print(json.dumps(found, ensure_ascii=False) if as_json else plainly(found), flush=True)
        finally:
            nlu.close()


def plainly(found: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in found.items() if value not in (None, [], {}, False))
