"""Playing a test that meets a question which is new: it is answered as was picked, and all else is to be as before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.conversation_tests import CannotHappen, do, event_lines, response_ids, written
from bot.flows.adding import ONWARD
from bot.flows.changing import leads_of
from bot.flows.definition import Book, Collect, Flow
from bot.flows.engine import Reply
from bot.flows.transcripts import Act, Transcript, same
from bot.simulator import Answered, Simulator
from services.messages import Outbound

MOST_AT_ONCE = 4
"""New questions that follow each other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the draft asks and what is live does not. `usual`: the first answer that goes on below."""

    slot: str
    words: str
    answers: tuple[str, ...]
    usual: str


def asked_anew(old: Book, new: Book) -> list[Asked]:
    """The questions that no test can have answered yet, in the order of the topics; those with a list of answers."""
    found: dict[str, Asked] = {}
    known = {step.slot for flow in old.flows.values() for step in flow.steps.values() if isinstance(step, Collect)}
    for flow in new.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Collect) and step.slot not in known and new.slots[step.slot].options:
                found.setdefault(step.slot, _asked(new, flow, step))
    return list(found.values())


def _asked(book: Book, flow: Flow, step: Collect) -> Asked:
    options = book.slots[step.slot].options
    leads = leads_of(book, flow, step) or {}
    usual = next((one.title for one in options if leads.get(one.value, ONWARD) == ONWARD), options[0].title)
    return Asked(step.slot, book.responses[step.utter].text_for("sms"), tuple(one.title for one in options), usual)


@dataclass
class Put:
    """A test as it `went`, as it was `meant` with the answers in it, which were put in, and whether all else fits."""

    went: list[Act] = field(default_factory=list)
    meant: list[Act] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    fits: bool = True

    def add(self, went: Act, meant: Act) -> None:
        self.went.append(went)
        self.meant.append(meant)
        self.fits = self.fits and went == meant


def play(transcript: Transcript, simulator: Simulator, answers: Mapping[str, str]) -> Put:
    """Do every act in turn; where a question of `answers` (title by slot) is asked instead, answer it. Raises CannotHappen."""
    put = Put()
    for act in transcript.acts:
        try:
            _act(put, act, simulator, answers)
        except ValueError as error:
            raise CannotHappen(str(error), replace(transcript, acts=tuple(put.went))) from error
    return put


def _act(put: Put, act: Act, simulator: Simulator, answers: Mapping[str, str]) -> None:
    came = do(simulator, act)
    parts, said = [Part.of(came)], [act.words]
    question = None if _same(act, parts) else _question(came, answers)
    while question and question.slot and len(parts) <= MOST_AT_ONCE:
        title = put.answered[question.slot] = answers[question.slot]
        said.append(title)
        parts[-1] = parts[-1].without(question)
        came = do(simulator, Act("you", title))
        parts.append(Part.of(came))
        question = _question(came, answers)
    _put_in(put, act, said, parts)


def _question(came: Answered, answers: Mapping[str, str]) -> Reply | None:
    """The question that is open now, where it is one of those to answer."""
    turn = came.taken[-1].turn if came.taken else None
    asked = [reply for reply in turn.replies if reply.slot] if turn else []
    return asked[-1] if asked and asked[-1].slot in answers and came.messages else None


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one act. `left`: its messages without the new question in them."""

    messages: tuple[Outbound, ...]
    left: tuple[Outbound, ...]
    events: tuple[str, ...]
    responses: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, came: Answered) -> Part:
        messages = tuple(came.messages)
        return cls(messages, messages, tuple(event_lines(came)), response_ids(came))

    def without(self, question: Reply) -> Part:
        """The last message ends in the question: what stands before it there, if anything."""
        *others, last = self.messages
        before = last.text[: max(0, last.text.rfind(question.text))].rstrip("\n")
        kept = (replace(last, text=before, choices=()),) if before else ()
        return replace(self, left=(*others, *kept))


def _put_in(put: Put, act: Act, said: Sequence[str], parts: Sequence[Part]) -> None:
    """The act and the answers after it; what was expected of it is expected after the last of them."""
    if len(parts) == 1 and _same(act, parts):
        return put.add(act, act)
    kinds = [act.kind, *("you" for _ in said[1:])]
    *before, last = [
        Act(kind, words, tuple(map(written, part.messages)), part.events)
        for kind, words, part in zip(kinds, said, parts, strict=True)
    ]
    for one in before:
        put.add(one, one)
    return put.add(last, last if _same(act, parts) else _rest(act, last, parts[:-1]))


def _rest(act: Act, last: Act, before: Sequence[Part]) -> Act:
    """The last answer, with what was expected of the act and has not come before it."""
    said, left = "\n".join(written(one) for part in before for one in part.left), list(act.replies)
    while left and said.startswith(left[0]) and said:
        said = said[len(left.pop(0)) :].lstrip("\n")
    if left and said:
        left[0] = left[0].removeprefix(said).lstrip("\n")
    happened = [event for part in before for event in part.events]
    return replace(last, replies=tuple(left), events=tuple(event for event in act.events if event not in happened))


def _same(act: Act, parts: Sequence[Part]) -> bool:
    """Whether what came, one after the other, is what was expected of the act; how it is cut into messages is all one."""
    messages = [message for part in parts for message in part.left]
    replies, events = list(map(written, messages)), [event for part in parts for event in part.events]
    named = [next((part.responses[one.text] for part in parts if one.text in part.responses), ()) for one in messages]
    if same(act, replies, named, events):
        return True
    return len(parts) > 1 and "\n".join(replies) == "\n".join(act.replies) and events == list(act.events)
