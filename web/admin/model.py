"""The language model: teach it what was labelled, see how it does before and after, go back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.studio import teaching
from services import examples, scopes, trainings
from web import state
from web.admin.understanding import as_training
from web.admin.viewing import PUBLISHERS, desk_of, member_of, on, page

HERE = "/admin/understanding/model"


def show(request: Request) -> Response:
    """The model in use, the training under way and those before."""
    return model_page(request)


def model_page(request: Request, wrong: str = "") -> Response:
    assistant = state.assistant(request)
    with assistant.db.read() as session:
        history = trainings.history(session)
        kept = examples.collected(session)
        names = {one.started_by: scopes.name_of(session, one.started_by) or "" for one in history}
    back = teaching.can_go_back(history)
    return page(
        request,
        "model",
        desk_of(request),
        400 if wrong else 200,
        history=history,
        now=history[0] if history and history[0].running else None,
        names=names,
        to_train=sum(not one.held_out for one in kept),
        held=sum(one.held_out for one in kept),
        in_use=teaching.in_use(),
        cannot=teaching.cannot(assistant.settings),
        back=back,
        may_train=member_of(request).role in PUBLISHERS,
        wrong=wrong,
    )


def train(request: Request) -> Response:
    """Begin a training beside the server."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.read() as session:
        kept = examples.collected(session)
    learnt = [one for one in kept if not one.held_out]
    text = as_training(learnt) if learnt else ""
    why = teaching.cannot(assistant.settings) or ("" if teaching.is_new(text) else "nothing")
    if why:
        return model_page(request, why)
    held_out = [(one.words, one.intent) for one in kept if one.held_out]
    if not teaching.start(assistant.db, assistant.clock, member.id, text, held_out, len(learnt)):
        return model_page(request, "busy")
    return on(HERE, "training_begun")


def back(request: Request) -> Response:
    """Put the model before into use again."""
    assistant, seen = state.assistant(request), str(request.state.form.get("seen") or "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else -1
    if not teaching.go_back(assistant.db, member_of(request).id, number, assistant.clock.now()):
        return model_page(request, "changed")
    return on(HERE, "model_back")
