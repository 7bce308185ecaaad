"""The studio's addresses, each with who may call it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from web.access import page, staff
from web.admin import adding, changes, files, pages, picture, testing, trying, words
from web.admin.viewing import PUBLISHERS, READERS, SECONDS


def routes() -> Sequence[BaseRoute]:
    """Admins, editors and safety officers write a draft; admins publish; an admin or a safety officer is the second person."""
    see, publish, second = staff(*READERS), staff(*PUBLISHERS), staff(*SECONDS)
    return [
        page("/admin", pages.home, see),
        page("/admin/picture", picture.show, see),
        page("/admin/topic/{name}", pages.topic, see),
        page("/admin/topic/{name}/add", adding.show, see),
        page("/admin/topic/{name}/add", adding.add, see, ["POST"]),
        page("/admin/search", pages.search, see),
        page("/admin/languages", pages.languages, see),
        page("/admin/words/{name}", words.show, see),
        page("/admin/words/{name}", words.keep, see, ["POST"]),
        page("/admin/cost", words.preview, see, ["POST"]),
        page("/admin/files", files.listing, see),
        page("/admin/files/{name:path}", files.show, see),
        page("/admin/files/{name:path}", files.keep, see, ["POST"]),
        page("/admin/changes", changes.show, see),
        page("/admin/changes/check", changes.check, see, ["POST"]),
        page("/admin/changes/publish", changes.publish, publish, ["POST"]),
        page("/admin/changes/agree", changes.agree, second, ["POST"]),
        page("/admin/changes/discard", changes.discard, see, ["POST"]),
        page("/admin/changes/catch-up", changes.catch_up, see, ["POST"]),
        page("/admin/try", trying.show, see),
        page("/admin/try", trying.act, see, ["POST"]),
        page("/admin/tests", testing.show, see),
        page("/admin/tests", testing.play, see, ["POST"]),
        page("/admin/tests/accept", testing.accept, see, ["POST"]),
        page("/admin/history", changes.history, see),
        page("/admin/history/{number:int}", changes.then, see),
        page("/admin/history/{number:int}/back", changes.roll_back, publish, ["POST"]),
        page("/admin/history/{number:int}/take-over", changes.take_over, see, ["POST"]),
    ]
