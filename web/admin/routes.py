"""The studio's addresses, each with who may call it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from web.access import pages as ruled
from web.access import staff
from web.admin import (
    adding,
    changes,
    changing,
    figures,
    files,
    helplines,
    listings,
    model,
    pages,
    picture,
    places,
    sources,
    teams,
    testing,
    trying,
    understanding,
    words,
)
from web.admin.viewing import COUNTERS, PUBLISHERS, READERS, SAFETY, SECONDS


def routes() -> Sequence[BaseRoute]:
    """Admins, editors and safety officers write a draft; admins publish; an admin or a safety officer is the second person."""
    shown = {
        "/admin": pages.home,
        "/admin/picture": picture.show,
        "/admin/topic/{name}": pages.topic,
        "/admin/topic/{name}/add": adding.show,
        "/admin/topic/{name}/question/{step}": changing.show,
        "/admin/search": pages.search,
        "/admin/languages": pages.languages,
        "/admin/words/{name}": words.show,
        "/admin/files": files.listing,
        "/admin/files/{name:path}": files.show,
        "/admin/changes": changes.show,
        "/admin/try": trying.show,
        "/admin/tests": testing.show,
        "/admin/history": changes.history,
        "/admin/history/{number:int}": changes.then,
    }
    written = {
        "/admin/topic/{name}/add": adding.add,
        "/admin/topic/{name}/question/{step}": changing.keep,
        "/admin/topic/{name}/question/{step}/take-out": changing.take_out,
        "/admin/words/{name}": words.keep,
        "/admin/cost": words.preview,
        "/admin/files/{name:path}": files.keep,
        "/admin/changes/check": changes.check,
        "/admin/changes/discard": changes.discard,
        "/admin/changes/catch-up": changes.catch_up,
        "/admin/try": trying.act,
        "/admin/tests": testing.play,
        "/admin/tests/accept": testing.accept,
        "/admin/tests/again": testing.again,
        "/admin/history/{number:int}/take-over": changes.take_over,
    }
    published = {"/admin/changes/publish": changes.publish, "/admin/history/{number:int}/back": changes.roll_back}
    return [
        *ruled(staff(*READERS), shown, written),
        *ruled(staff(*PUBLISHERS), {}, published),
        *ruled(staff(*SECONDS), {}, {"/admin/changes/agree": changes.agree}),
        *service_routes(),
        *team_routes(),
    ]


def service_routes() -> Sequence[BaseRoute]:
    """The service around the conversation: places and their rules, local help, what was not understood, figures."""
    shown = {
        "/admin/helplines": helplines.show,
        "/admin/listings": listings.listing,
        "/admin/listings/{listing}": listings.show,
        "/admin/places": places.listing,
        "/admin/understanding": understanding.show,
        "/admin/understanding/model": model.show,
        "/admin/understanding/{part}.yml": understanding.download,
        "/admin/places/{team}": places.show,
    }
    written = {
        "/admin/listings": listings.take,
        "/admin/understanding": understanding.label,
        "/admin/understanding/{number:int}/forget": understanding.forget,
        "/admin/listings/{listing}": listings.keep,
        "/admin/places/{team}/rules": places.propose,
        "/admin/places/{team}/rules/{number:int}/drop": places.drop,
        "/admin/places/{team}/rules/{number:int}/try": places.try_out,
    }
    agreed = {
        "/admin/places/{team}/rules/{number:int}/agree": places.agree,
        "/admin/helplines/{number:int}/agree": helplines.agree,
    }
    made = {
        "/admin/sources": sources.add,
        "/admin/sources/{code}/close": sources.close,
        "/admin/understanding/model/train": model.train,
        "/admin/understanding/model/back": model.back,
    }
    counted = {"/admin/figures": figures.show, "/admin/figures/{table}.csv": figures.download}
    return [
        *ruled(staff(*READERS), shown, written),
        *ruled(staff(*SECONDS), {}, agreed),
        *ruled(staff(SAFETY), {}, {"/admin/helplines": helplines.check}),
        *ruled(staff(*PUBLISHERS), {"/admin/sources": sources.show}, made),
        *ruled(staff(*COUNTERS), counted),
    ]


def team_routes() -> Sequence[BaseRoute]:
    """Teams: an administrator changes them, and another or a safety officer agrees."""
    shown = {
        "/admin/new-team": teams.new,
        "/admin/places/{team}/facts": teams.facts,
        "/admin/places/{team}/areas": teams.areas,
        "/admin/places/{team}/opening": teams.opening,
    }
    written = {
        "/admin/new-team": teams.make,
        "/admin/places/{team}/facts": teams.keep,
        "/admin/places/{team}/areas": teams.change_areas,
        "/admin/places/{team}/opening": teams.open_or_close,
    }
    agreed = {
        "/admin/places/{team}/changes/{number:int}/agree": places.agree_change,
        "/admin/places/{team}/changes/{number:int}/drop": places.drop_change,
    }
    return [*ruled(staff(*PUBLISHERS), shown, written), *ruled(staff(*SECONDS), {}, agreed)]
