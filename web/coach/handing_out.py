"""A referral as a file for another system; asked for with a form, since each time it leaves is on record.

The form may be sent twice: nothing changes by it, and a second copy is a second entry in the audit.
"""

from __future__ import annotations

import json
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.handing_out import answers
from services import hand_off
from services.hand_off import Answer, Format, HandOff
from web import state
from web.coach.viewing import problem, viewer_of

KINDS = {"fhir": ("application/fhir+json", "json"), "csv": ("text/csv; charset=utf-8", "csv")}


def hand_out(request: Request) -> Response:
    """The file; refused, and audited, once the person has taken back that it may be shared."""
    assistant, form = state.assistant(request), request.state.form.get("as")
    if form not in KINDS:
        raise HTTPException(404)
    now, chosen = assistant.clock.now(), as_format(form)
    with assistant.db.write() as session:
        found = hand_off.take_out(session, request.path_params["id"], viewer_of(request), now, chosen)
    if found is None:
        raise HTTPException(404)
    if found == "no_consent":
        return problem(request, "no_consent")
    return answer(found, answers(assistant.book(None), found.card), chosen, now)


def as_format(given: object) -> Format:
    return "csv" if given == "csv" else "fhir"


def answer(out: HandOff, told: list[Answer], form: Format, now: datetime) -> Response:
    kind, ending = KINDS[form]
    if form == "csv":
        text = hand_off.table(out, told)
    else:
        text = json.dumps(hand_off.bundle(out, told, now), ensure_ascii=False, indent=2).encode()
    headers = {"content-disposition": f'attachment; filename="{out.reference}.{ending}"', "cache-control": "no-store"}
    return Response(text, media_type=kind, headers=headers)
