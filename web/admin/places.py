"""Rules and places: teams, what is missing before one opens, its eligibility rules as dated rows with a second person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.studio import rule_trial
from bot.studio.rule_trial import Trial
from services import going_live, scopes, team_changes, team_rules
from services.db import Session
from services.journeys import day_of
from services.models import Team, TeamChange, TeamRule
from services.team_rules import ALL_KINDS, LARGEST, WORDS, Value, Wanted
from services.teams import every
from web import state
from web.admin import team_view
from web.admin.viewing import SECONDS, desk_of, member_of, on, page

FIELDS = ("kind", "number", "source", "starts_on", "ends_on", "confirmed_by", "confirmed_on", "recheck_by")
FEW_PEOPLE = 30
"""Under so many a trial that changes nobody says little."""
REFUSED = frozenset({"own", "gone", "overtaken", "lacks", "own_change", "gone_change"})
"""Why nobody could agree to something, or take it back."""
AS_FILES = "as_files"
"""What is picked for "what the files say holds again"."""
Written = TypeVar("Written", TeamRule, TeamChange)


def today_of(request: Request) -> date:
    """The day in England."""
    return day_of(state.assistant(request).clock.now())


def listing(request: Request) -> Response:
    """Every team, what is missing, and rules that run out."""
    today = today_of(request)
    with state.assistant(request).db.read() as session:
        rows = [(team, going_live.checklist(session, team, today)) for team in every(session)]
        soon = [(row, session.get_one(Team, row.team_id)) for row in team_rules.runs_out(session, today)]
        waiting = {row.team_id for row in team_rules.waiting(session)}
        changes = {row.team_id for row in team_changes.waiting(session)}
        rows.sort(key=lambda row: row[0].id not in waiting | changes)  # what somebody has to look at comes first
        return page(
            request,
            "places",
            desk_of(request),
            rows=rows,
            soon=soon,
            today=today,
            waiting=waiting,
            changes=changes,
            now=state.assistant(request).clock.now(),
        )


def show(request: Request) -> Response:
    """One team."""
    return team_page(request, dict.fromkeys(FIELDS, "") | {"starts_on": today_of(request).isoformat()}, [])


def team_page(
    request: Request,
    typed: Mapping[str, str],
    picked: list[str],
    wrong: tuple[str, ...] = (),
    trial: Trial | None = None,
) -> Response:
    """The page with what was typed; `wrong`: fields to put right, or what was refused."""
    today = today_of(request)
    tried = int(request.path_params.get("number", 0)) if trial else 0
    with state.assistant(request).db.read() as session:
        team = team_of(session, request)
        rows = team_rules.listed(session, team.id)
        return page(
            request,
            "place",
            desk_of(request),
            409 if REFUSED & {*wrong} else 400 if wrong else 200,
            team=team,
            points=going_live.checklist(session, team, today),
            rules=team_rules.of(session, team.id, today),
            rows=rows,
            people={n: scopes.name_of(session, n) for row in rows for n in (row.proposed_by, row.agreed_by) if n},
            kinds=ALL_KINDS,
            words=WORDS,
            typed=typed,
            picked=picked,
            wrong=wrong,
            trial=trial,
            few_people=FEW_PEOPLE,
            tried=tried,
            today=today,
            may_agree=member_of(request).role in SECONDS,
            now=state.assistant(request).clock.now(),
            **team_view.shown(session, request, team),
        )


def team_of(session: Session, request: Request) -> Team:
    """The team of the address; 404 for one that is not there."""
    team = session.get(Team, request.path_params["team"])
    if team is None:
        raise HTTPException(404)
    return team


def propose(request: Request) -> Response:
    """Write a rule that waits for a second person."""
    form, errors = request.state.form, list[str]()
    typed = {name: " ".join(str(form.get(name) or "").split())[: team_rules.LONGEST + 1] for name in FIELDS}
    picked = [str(each) for each in form.getlist("picked")]
    wanted = wanted_of(typed, picked, today_of(request), errors)
    errors += [each for each in wanted.problems() if each not in errors]
    if any(each != AS_FILES and not each.startswith(f"{typed['kind']}:") for each in picked):
        errors.append("others")
    if errors:
        return team_page(request, typed, picked, tuple(errors))
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        team = team_of(session, request).id
        team_rules.propose(session, team, wanted, member_of(request).id, assistant.clock.now())
    return on(f"/admin/places/{team}#rules", "proposed")


def wanted_of(typed: Mapping[str, str], picked: list[str], today: date, errors: list[str]) -> Wanted:
    """The rule that was filled in; fields that cannot be read are added to `errors`."""
    days = {name: day_in(typed, name, errors) for name in ("starts_on", "ends_on", "confirmed_on", "recheck_by")}
    if days["starts_on"] is None and "starts_on" not in errors:
        errors.append("starts_on")
    starts, ends = days["starts_on"] or today, days["ends_on"]
    confirmed = typed["confirmed_by"] or None
    value = value_of(typed, picked)
    return Wanted(
        typed["kind"], value, starts, typed["source"], ends, confirmed, days["confirmed_on"], days["recheck_by"]
    )


def value_of(typed: Mapping[str, str], picked: list[str]) -> Value:
    """A number or the words of this kind that were ticked; what fits no kind is left for `Wanted.problems`."""
    kind = typed["kind"]
    own = [each.removeprefix(f"{kind}:") for each in picked if each.startswith(f"{kind}:")]
    if AS_FILES in picked:
        return None
    if kind in LARGEST:
        return int(typed["number"]) if typed["number"].isdecimal() and len(typed["number"]) < 6 else ""
    return (own[0] if len(own) == 1 else "") if kind == team_rules.LOCAL else own


def day_in(typed: Mapping[str, str], name: str, errors: list[str]) -> date | None:
    """A date as the browser's own field sends it; None for an empty one."""
    try:
        return date.fromisoformat(typed[name]) if typed[name] else None
    except ValueError:
        errors.append(name)
        return None


def own_of(session: Session, request: Request, kind: type[Written]) -> Written:
    """The rule or change of the address, if it is this team's; 404 otherwise."""
    row = session.get(kind, request.path_params["number"])
    if row is None or row.team_id != request.path_params["team"]:
        raise HTTPException(404)
    return row


def refused(request: Request, why: str) -> Response:
    """The team as it stands now, with the reason why nothing was done (one of `REFUSED`)."""
    return team_page(request, dict.fromkeys(FIELDS, ""), [], (why,))


def agree(request: Request) -> Response:
    """A second person agrees."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        row = own_of(session, request, TeamRule)
        result = team_rules.agree(session, row.id, member_of(request).id, assistant.clock.now())
    if result == "agreed":
        return on(f"/admin/places/{row.team_id}#rules", "rule_agreed")
    return refused(request, result)


def drop(request: Request) -> Response:
    """Take a rule back that waits."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        row = own_of(session, request, TeamRule)
        dropped = team_rules.drop(session, row.id, member_of(request).id, assistant.clock.now())
    if dropped:
        return on(f"/admin/places/{row.team_id}#rules", "rule_dropped")
    return refused(request, "gone")


def agree_change(request: Request) -> Response:
    """A second person agrees to a change of the team as they saw it."""
    assistant, seen = state.assistant(request), str(request.state.form.get("seen") or "")
    with assistant.db.write() as session:
        row = own_of(session, request, TeamChange)
        result = team_changes.agree(session, row.id, seen, member_of(request).id, assistant.clock.now())
    if result == "agreed":
        return on(f"/admin/places/{row.team_id}", "team_agreed")
    return refused(request, f"{result}_change" if result in ("own", "gone") else result)


def drop_change(request: Request) -> Response:
    """Take a change of the team back that waits."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        row = own_of(session, request, TeamChange)
        dropped = team_changes.drop(session, row.id, member_of(request).id, assistant.clock.now())
    if dropped:
        return on(f"/admin/places/{row.team_id}", "team_dropped")
    return refused(request, "gone_change")


def try_out(request: Request) -> Response:
    """Who a rule would have changed, as at a day."""
    errors = list[str]()
    as_at = day_in({"as_at": str(request.state.form.get("as_at") or "")[:10]}, "as_at", errors) or today_of(request)
    with state.assistant(request).db.read() as session:
        number = own_of(session, request, TeamRule).id
    trial = None if errors else rule_trial.try_rule(state.assistant(request), number, member_of(request).id, as_at)
    return team_page(request, dict.fromkeys(FIELDS, ""), [], tuple(errors), trial)
