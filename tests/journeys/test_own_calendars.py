"""A coach's own calendar is read by the running product, and says so when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from services import busy
from services.models import BusyTime
from services.scopes import Viewer
from tests.journeys.product import Product, running
from tests.journeys.test_invitations_by_mail import wait_for
from tests.services.test_busy import MEETING, file
from tests.stand_ins.file_server import serving


def times(product: Product) -> list[BusyTime]:
    with product.assistant.db.read() as session:
        return list(session.scalars(select(BusyTime)))


def test_a_coachs_own_calendar_is_read_and_its_absence_is_told(tmp_path: Path) -> None:
    with serving() as files, running(tmp_path, ANYDOOR_CALENDAR_LOOPBACK="1") as product:
        assistant = product.assistant

        def part() -> str:
            return str(product.http.get("/readyz").json()["parts"]["calendars"])

        assert part() == "off"
        files.answers["/robin.ics"] = (200, file(MEETING))
        with assistant.db.write() as session:
            address, viewer = f"{files.url}/robin.ics", Viewer(1, None, 1)
            busy.give(session, 1, address, viewer, assistant.clock.now(), loopback=True)
        wait_for(lambda: times(product))
        assert part() == "ok"
        del files.answers["/robin.ics"]
        assistant.clock.offset += timedelta(hours=4)
        wait_for(lambda: part() == "degraded: 1 of the coaches' own calendars cannot be read")
        files.answers["/robin.ics"] = (200, file())
        assistant.clock.offset += busy.EVERY
        wait_for(lambda: part() == "ok")
