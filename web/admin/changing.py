"""A question that is there: where its answers lead, what the coach sees of it, and taking it out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows import changing, editing
from bot.flows.adding import ONWARD
from bot.flows.definition import Book, Choice, Collect, Flow
from bot.studio import drafting, proving
from bot.studio.drafting import Desk
from web import state
from web.admin import findings, plain
from web.admin.adding import allowed_in, card_title, leads_in, topic_of, topics_of
from web.admin.viewing import book_of, desk_of, member_of, on, page


@dataclass(frozen=True, slots=True)
class Here:
    """The question of the address, with its answers and where each leads; `added`: it was added by form."""

    flow: Flow
    step: Collect
    choices: tuple[Choice, ...]
    leads: Mapping[str, str]
    added: bool

    @property
    def seen(self) -> str:
        """Another one whenever the question is."""
        return "|".join(f"{value}>{where}" for value, where in self.leads.items())


def here_of(request: Request, book: Book) -> Here:
    """404 where there is no such question, or none whose answers lead each to one place."""
    flow = topic_of(request, book)
    step = flow.steps.get(request.path_params["step"])
    leads = changing.leads_of(book, flow, step) if isinstance(step, Collect) else None
    if not isinstance(step, Collect) or leads is None:
        raise HTTPException(404)
    return Here(flow, step, book.slots[step.slot].options, leads, changing.is_added(book, flow, step))


def show(request: Request) -> Response:
    """The form as it is."""
    desk = desk_of(request)
    return form_page(request, desk, here_of(request, book_of(desk)), {}, {})


def form_page(
    request: Request, desk: Desk, here: Here, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 400
) -> Response:
    """The form with what was picked."""
    book, spec = book_of(desk), book_of(desk).slots[here.step.slot]
    picked = {f"leads-{n}": here.leads[one.value] for n, one in enumerate(here.choices)}
    picked |= {"on_card": spec.on_card or "", "private": "yes" if spec.sensitive else ""}
    leads = [one for one in leads_in(book, here.flow) if one[0] != f"at:{here.step.id}"]
    lost = lost_with(book, here)
    return page(
        request,
        "question",
        desk,
        status if errors else 200,
        question=here,
        words=plain.label(book, here.step),
        onward=onward_label(book, here),
        typed={**picked, **typed},
        errors=errors,
        leads=leads,
        topics=topics_of(book, here.flow),
        over=plain.over(book, here.flow),
        lost=lost,
    )


def onward_label(book: Book, here: Here) -> str:
    """What stands below, in a few words; nothing at the end of a topic."""
    target = here.flow.steps.get(changing.onward_of(here.step))
    return plain.label(book, target) or plain.spoken(target.id) if target else ""


def lost_with(book: Book, here: Here) -> list[tuple[str, str]]:
    """Answers that lead somewhere of their own, and where: nobody is led there from here once the question is gone."""
    ways = [(one.title, here.leads[one.value]) for one in here.choices if here.leads[one.value] != ONWARD]
    return [(title, lead_label(book, here.flow, lead)) for title, lead in ways]


def lead_label(book: Book, flow: Flow, lead: str) -> str:
    kind, _, name = lead.partition(":")
    if kind == "topic":
        return plain.named(book, name)
    step = flow.steps.get(name)
    return plain.label(book, step) or plain.spoken(name) if step else "the end of this topic"


def keep(request: Request) -> Response:
    """Let the answers lead where was picked, and the coach see what was ticked."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    desk = desk_of(request)
    here, errors = here_of(request, book_of(desk)), dict[str, str]()
    names = [*(f"leads-{n}" for n in range(len(here.choices))), "on_card", "private", "shown"]
    typed = {name: str(form.get(name) or "") for name in names}
    allowed = allowed_in(book_of(desk), here.flow)
    for n in range(len(here.choices)):
        if typed[f"leads-{n}"] not in allowed:
            errors[f"leads-{n}"] = "Pick what happens next from the list."
    title = card_title(typed, errors) if here.added else ""
    if errors:
        return form_page(request, desk, here, typed, errors)
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        book = book_of(edit.desk)
        now = here_of(request, book)
        if now.seen != str(form.get("seen") or ""):
            return form_page(
                request, edit.desk, now, {}, {"": "Somebody else has changed this meanwhile. Look again."}, 409
            )
        try:
            files = changed(edit.desk.files, book, now, typed, title)
        except editing.EditError as error:
            return form_page(request, edit.desk, now, typed, {"leads-0": findings.refused(book, error)})
        proved = proving.read({**edit.desk.files, **files})
        wrong = proving.at_once(proved.book, {now.step.id, now.step.slot}) if proved.book else list(proved.findings)
        if wrong:
            return form_page(request, edit.desk, now, typed, {"leads-0": findings.in_words(proved.book or book, wrong)})
        edit.put(files, f"leads:{now.step.id}")
    return on(f"/admin/topic/{here.flow.id}#at-{here.step.id}", "kept")


def changed(files: Mapping[str, str], book: Book, here: Here, typed: Mapping[str, str], title: str) -> dict[str, str]:
    """The files that change."""
    wanted = {one.value: typed[f"leads-{n}"] for n, one in enumerate(here.choices)}
    wanted = {
        value: ONWARD if leads == f"at:{changing.onward_of(here.step)}" else leads for value, leads in wanted.items()
    }
    done: dict[str, str] = {}
    name = here.flow.place.file
    if wanted != here.leads:
        done[name] = changing.write_leads(files[name], here.flow, here.step, wanted)
    spec = book.slots[here.step.slot]
    private = typed["private"] == "yes"
    if here.added and (title, private) != (spec.on_card or "", spec.sensitive):
        of = spec.place.file
        done[of] = changing.write_card(done.get(of, files[of]), spec.name, title, private)
    changing.expect(book, proving.read({**files, **done}).book, here.flow, here.step.id, gone=False)
    return done


def take_out(request: Request) -> Response:
    """Take the question out of the draft; what led to it leads on to what stands below."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    desk = desk_of(request)
    here = here_of(request, book_of(desk))
    if form.get("sure") != "yes":
        return form_page(request, desk, here, {}, {"sure": "Tick the box if you mean it. Nothing is taken out yet."})
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        book = book_of(edit.desk)
        now = here_of(request, book)
        try:
            if now.seen != str(form.get("seen") or ""):
                raise editing.EditError("Somebody else has changed this meanwhile. Look again, then take it out.")
            files = changing.take_out(edit.desk.files, book, now.flow, now.step)
            proved = proving.read({**edit.desk.files, **files})
            changing.expect(book, proved.book, now.flow, now.step.id, gone=True)
        except editing.EditError as error:
            return form_page(request, edit.desk, now, {}, {"sure": findings.refused(book, error)})
        edit.put(files, f"without:{now.step.id}")
    return on(f"/admin/topic/{here.flow.id}", "taken_out")
