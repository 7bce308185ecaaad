"""`anydoor check`, `anydoor test`, `anydoor train`: the content and the model, proved and tried."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.problems import said_plainly

if TYPE_CHECKING:
    from bot.nlu.training import Trained


def add_to(app: typer.Typer) -> None:
    app.command("check")(check)
    app.command("test")(test)
    app.command("train")(train)


def check(as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False) -> None:
    """Prove that the dialogue leaves nobody stuck, and look at every word. Exit 1 on an error."""
    from bot.checked import check_everything

    findings = check_everything()
    errors = [finding for finding in findings if finding.severity == "error"]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding)
        print(f"{len(errors)} errors, {len(findings) - len(errors)} pieces of advice.")
    sys.exit(1 if errors else 0)


def test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Conversation tests or folders; all if none.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Rewrite what is expected.")] = False,
    nlu: Annotated[str, typer.Option(help="live or recorded.")] = "recorded",
    record: Annotated[bool, typer.Option("--record", help="Record the model's answers anew.")] = False,
) -> None:
    """Play the conversations in dialogs/tests and compare, with step coverage."""
    from bot.conversation_tests import play_all, record_all

    with said_plainly():
        if record:
            print(f"{record_all(paths or [])} answers recorded.")
            return
        report = play_all(paths or [], update=update, live=nlu == "live")
    print(report.text())
    sys.exit(1 if report.failures else 0)


def train(
    evaluate: Annotated[bool, typer.Option("--evaluate", help="Print the figures on the held-out sets.")] = False,
    if_needed: Annotated[bool, typer.Option("--if-needed", help="Only when the training data changed.")] = False,
) -> None:
    """Train the NLU model; it replaces the one in use only if it is not worse."""
    from bot.nlu import training
    from bot.nlu.stand_in import CACHE, load_or_train

    load_or_train(CACHE)  # for a service that may only read: it would make it at every start
    try:
        print(trained_plainly(training.train(force=not if_needed)), flush=True)
    except training.CannotTrain as error:
        print(error, flush=True)
        if not if_needed:
            sys.exit(1)
    if evaluate:
        from bot.evaluation import report

        print(report())


def trained_plainly(trained: Trained) -> str:
    """One sentence about a training, with its figure where there is one."""
    if not trained.fresh:
        return "The language model is up to date."
    figure = (
        f", macro-F1 {trained.result.macro_f1:.3f} on {trained.result.size} held-out texts" if trained.result else ""
    )
    return f"Trained the language model in {trained.seconds:.0f} s{figure}. {trained.note}".strip()
