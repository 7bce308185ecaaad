"""The dialogue engine: advance() takes the commands of one message; expecting() tells the open question.

Order within a message: crisis help or opt-out come alone; then every SetSlot fills its slot; then the other
commands in the order given; then the walk goes on to the next question. No commands = the open question again.

- SetSlot: an invalid value for the open question is a miss. A slot asked later is filled when its spec is
  `volunteered`; its question is passed (not if ask_before_filling). A slot that was already answered is left alone:
  send Correct. When a message fills more than the open question, `utter_noted` (with `noted`) comes first.
- A question of an ask_before_filling step empties its slot as it is put; what hangs on the slot stays until another
  answer than before is taken. `rejections` are tried when a slot is passed, also when it was volunteered; a refused
  answer is a miss.
- A miss: the hint and `easier` words; at the second utter_offer_person too; at `tries` pattern_stuck or `gives_up`.
- StartFlow: the flow is walked now, then the interrupted question is put again, by its words alone. A flow that is
  already under way is returned to; a pattern on top starts afresh. An unknown flow counts as Unclear.
  `keeps_place: false` drops everything beneath when the flow ends or links; after a flow that `waits` (crisis and
  opt-out by default) the interrupted question stays unsaid until the next message.
- Correct: sets the slot, clears its dependants, rewinds to the earliest passed step that asks for it and walks
  again: filled questions are passed, actions run again, words already said come again only if they have changed;
  a chosen opening is kept. Value None (or one that cannot be) asks again. Without a step to rewind to: the slot is
  set, or pattern_correct is started.
- Back unfills the last answer that a question got; in a digression that has asked nothing yet it leaves that.
- Skip fills "skipped" where the step is skippable, else says utter_cannot_skip.
- Say("why"): the `why` words of the question, or of the one `about` a slot (else utter_no_reason), then it; "means": then its `easier` words; "repeat": it.
- Clarify asks utter_clarify with the options as choices "1", "2", …; the answer is SetSlot("clarify", "2").
- Crisis pushes pattern_crisis_<kind>; its replies have the purpose "crisis"; nothing else is asked. The first
  message after it never answers the interrupted question, which is put again.
- Care puts the line utter_care_<kind> first, at most once in a while; alone it changes nothing else and asks nothing.
  TakenBack says utter_taken_back in place of the words after crisis help.
- The action `start_again` (in pattern_start_again) forgets slots and interrupted flows; the engine does it itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.flows.commands import (
    Back,
    Care,
    Clarify,
    Command,
    Correct,
    Crisis,
    OptIn,
    OptOut,
    Say,
    SetSlot,
    Skip,
    StartAgain,
    StartFlow,
    TakenBack,
    Unclear,
    option_from_json,
    option_to_json,
)
from bot.flows.definition import SKIPPED, Choice, Collect, SlotSpec
from bot.flows.engine_answers import acceptable, fill, note
from bot.flows.engine_care import care, help_given, taken_back
from bot.flows.engine_rewind import back, correct, digress, enter
from bot.flows.engine_run import Run, Surroundings
from bot.flows.engine_values import (
    Act,
    ActionResult,
    Event,
    Expecting,
    Purpose,
    Reply,
    StepLimit,
    Turn,
)
from bot.flows.responses import listed

if TYPE_CHECKING:
    from bot.flows.definition import Book
    from bot.flows.state import DialogueState

__all__ = [
    "CLARIFY",
    "Act",
    "ActionResult",
    "Event",
    "Expecting",
    "Purpose",
    "Reply",
    "StepLimit",
    "Turn",
    "advance",
    "expecting",
]

CLARIFY: Final = "clarify"
"""The slot that expecting() names while the person is asked which reading was meant; values "1", "2", …"""
_START_AGAIN: Final = "pattern_start_again"
ABOUT: Final = "harm_about"
"""The slot that says what help of a kind is to be for."""
AFTER_CRISIS: Final = "utter_after_crisis"
"""Said when the person writes again after crisis help, before the interrupted question is put again; with the kind
of help behind it (utter_after_crisis_medical) where the content has words that fit it better."""


def advance(
    book: Book,
    state: DialogueState,
    commands: Sequence[Command],
    *,
    act: Act,
    channel: str,
    helpline: Callable[[str], str],
    language: str = "en",
    now: datetime | None = None,
    purpose: Purpose = "answer",
) -> Turn:
    """Obeys the commands of one message and walks the flows to the next question. Pure but for `act`.

    `state` is not changed; the same arguments (and the same results of `act`) give the same Turn. `act(name, slots)`
    is called for each action step; it may be called again for the same step after a correction, so it must be
    idempotent. While crisis help is given it also sees the slot `crisis_kind`.

    What each command does stands at the head of this file.

    Raises StepLimit after 200 steps, ResponseError for words that cannot be said.
    """
    run = Run(book, state, Surroundings(act, channel, helpline, language, now, purpose))
    _take(run, commands)
    return run.turn()


def _take(run: Run, commands: Sequence[Command]) -> None:
    """Obeys them and walks on; the line of care comes first, alone it asks nothing, and with Crisis it is not needed."""
    beside = [command for command in commands if isinstance(command, Care)]
    others: list[Command] = [command for command in commands if not isinstance(command, Care)]
    if beside and not others:
        run.halted = True
    else:
        _obey(run, _answered_options(run, others))
    if not (run.open or run.halted or run.pending):
        run.walk()
    if not any(isinstance(command, Crisis) for command in others):
        for command in beside:
            care(run, command)


def expecting(book: Book, state: DialogueState) -> Expecting | None:
    """The question that waits for an answer, or None."""
    filled = frozenset(slot for slot, value in state.slots.items() if value is not None)
    if state.pending:
        options = [Choice(str(n), str(option["title"])) for n, option in enumerate(state.pending, start=1)]
        spec = SlotSpec(CLARIFY, "choice", tuple(options))
        beneath = expecting(book, replace(state, pending=()))
        return Expecting(CLARIFY, spec, listed(spec, {}), "", CLARIFY, filled, beneath=beneath)
    frame = state.stack[-1] if state.stack else None
    flow = book.flows.get(frame.flow) if frame and frame.asked else None
    step = flow.steps.get(frame.step) if flow and frame else None
    if frame is None or not isinstance(step, Collect):
        return None
    spec = book.slots[step.slot]
    misses = state.tries.get(f"{frame.flow}.{frame.step}", 0)
    choices = listed(spec, state.slots)
    return Expecting(step.slot, spec, choices, frame.flow, frame.step, filled, misses, step.skippable, step.silence)


def _answered_options(run: Run, commands: list[Command]) -> list[Command]:
    """The commands, with an answer to "which did you mean?" replaced by what was meant."""
    found: list[Command] = []
    for command in commands:
        if not (isinstance(command, SetSlot) and command.slot == CLARIFY):
            found.append(command)
        elif str(command.value).isdecimal() and 1 <= int(str(command.value)) <= len(run.before.pending):
            found += option_from_json(run.before.pending[int(str(command.value)) - 1]).commands
    return found


def _obey(run: Run, commands: Sequence[Command]) -> None:
    question = run.open_question()
    crisis = next((command for command in commands if isinstance(command, Crisis)), None)
    if crisis:
        _help(run, crisis, commands)
        return
    if any(isinstance(command, OptOut) for command in commands):
        digress(run, "pattern_opt_out")
        run.halted = True
        return
    answers = [command for command in commands if isinstance(command, SetSlot)]
    if run.crisis and not (run.stack and run.flow().is_crisis):
        fitting = next((name for name in after_help(run.crisis) if name in run.book.responses), None)
        run.crisis = None
        if not any(isinstance(command, TakenBack) for command in commands):
            if fitting and run.stack:
                run.say(fitting)
            answers = [answer for answer in answers if _is_plain_fact(run, answer) or not _answers(question, answer)]
        commands = [command for command in commands if not isinstance(command, Unclear)]
    filled, missed = fill(run, answers)
    done = bool(filled)
    for command in commands:
        if not isinstance(command, SetSlot | Unclear):
            done = _DO[type(command)](run, command) or done
    unknown = [Unclear() for command in commands if isinstance(command, StartFlow)]
    unclear = missed or next((command for command in [*commands, *unknown] if isinstance(command, Unclear)), None)
    if unclear and not done:
        _unclear(run, unclear)
        return
    told = [command.slot for command in commands if isinstance(command, Correct) and command.told]
    if filled or told:
        note(run, [*filled, *told], question)


def after_help(kind: str) -> tuple[str, str]:
    """What to say after help of a kind, the better first: who was sent to A&E is not sent to a mental health line."""
    return f"{AFTER_CRISIS}_{kind}", AFTER_CRISIS


def _answers(question: Collect | None, answer: SetSlot) -> bool:
    return question is not None and answer.slot == question.slot


def _is_plain_fact(run: Run, answer: SetSlot) -> bool:
    """A postcode or a number can only be what it is; a "1" after crisis help may be about the help."""
    spec = run.book.slots.get(answer.slot)
    return spec is not None and spec.type in ("postcode", "phone", "age", "duration")


def _help(run: Run, crisis: Crisis, commands: Sequence[Command]) -> None:
    """Crisis help, alone. Facts in the same message are kept, but never as an answer to the open question."""
    question, kind = run.open_question(), crisis.kind
    run.set(ABOUT, crisis.about)
    help_given(run, kind)
    fill(run, [c for c in commands if isinstance(c, SetSlot) and not (question and c.slot == question.slot)])
    run.crisis = kind
    run.events.append(Event("crisis_help", {"kind": kind}))
    wanted = f"pattern_crisis_{kind}"
    enter(run, wanted if wanted in run.book.flows else "pattern_crisis_self_harm")
    run.halted = True


def _unclear(run: Run, command: Unclear) -> None:
    question = run.open_question()
    if question and run.miss(question, command.hint):
        run.walk(len(run.stack) - 1)


def _start(run: Run, command: StartFlow) -> bool:
    return digress(run, command.flow)


def _correct(run: Run, command: Correct) -> bool:
    spec = run.book.slots.get(command.slot)
    possible = spec is not None and acceptable(spec, command.value, run.slots)
    return correct(run, command.slot, command.value if possible else None)


def _say(run: Run, command: Say) -> bool:
    question = run.open_question()
    if question and command.kind != "repeat":
        named = [f"utter_ask_{command.about}"] if command.about else []
        with_reason = [one for one in (*named, question.utter) if _gives_a_reason(run, one)]
        name = with_reason[0] if with_reason else "utter_no_reason"
        if name in run.book.responses:
            run.say(name, part="why")
        if command.kind == "means":
            run.ask(question, part="easier")
    return True


def _gives_a_reason(run: Run, name: str) -> bool:
    response = run.book.responses.get(name)
    return response is not None and "why" in response.parts


def _back(run: Run, command: Back) -> bool:
    if not back(run) and "utter_cannot_go_back" in run.book.responses:
        run.say("utter_cannot_go_back")
    return True


def _skip(run: Run, command: Skip) -> bool:
    question = run.open_question()
    if question and question.skippable:
        run.set(question.slot, SKIPPED)
    elif question and "utter_cannot_skip" in run.book.responses:
        run.say("utter_cannot_skip")
    return True


def _start_again(run: Run, command: StartAgain) -> bool:
    if not digress(run, _START_AGAIN) and run.stack:
        enter(run, run.stack[0].flow)
    return True


def _clarify(run: Run, command: Clarify) -> bool:
    options = [option_to_json(option) for option in command.options]
    for option in options:
        title = str(option["title"])
        option["title"] = run.compose(title).text if title.startswith("utter_") else title
    run.pending = list(options)
    shown = tuple((str(number), str(option["title"])) for number, option in enumerate(options, start=1))
    asked = run.compose(command.asks if command.asks in run.book.responses else "utter_clarify")  # an older revision
    run.replies.append(Reply(asked.response, asked.text, shown, asked.purpose, CLARIFY))
    return True


def _opt_in(run: Run, command: OptIn) -> bool:
    run.outcome = None  # "stopped" is over
    return digress(run, "pattern_opt_in")


_DO: Final[Mapping[type[Command], Callable[..., bool]]] = {
    StartFlow: _start,
    Correct: _correct,
    Say: _say,
    Back: _back,
    Skip: _skip,
    StartAgain: _start_again,
    Clarify: _clarify,
    OptIn: _opt_in,
    TakenBack: taken_back,
}
