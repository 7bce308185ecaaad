"""What texts may cost: UK mobiles only, so many to a number and, where a site says so, so many in all, in a day.

Whoever floods us with texts, or writes from a number that is dear to answer, would else spend the service's money by
our own answers. Crisis help is exempt from all of it, also in the answer to a first message; the answer to STOP from
the site's cap.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from services import rate_limits
from services.sessions import dialect_of

UK_MOBILE = re.compile(r"\+447[1-57-9]\d{8}|\+447624\d{6}")
A_NUMBER_A_DAY = 200
DAY = timedelta(days=1)

Refusal = Literal["not_uk_mobile", "over_number_cap", "over_site_cap"]


def refusal(session: Session, message: Any, now: datetime) -> Refusal | None:
    """Count a text that is about to be sent for the first time; why it may not be, or None.

    The row has `purpose`, `address_id`, `address_value`. The site's cap is ANYDOOR_SMS_A_DAY, which lies with the
    engine as the keys do; 0 = none.
    """
    if message.purpose == "crisis":
        return None
    if not UK_MOBILE.fullmatch(message.address_value):
        return "not_uk_mobile"
    if not rate_limits.allow(session, f"sms:{message.address_id}", A_NUMBER_A_DAY, DAY, now):
        return "over_number_cap"
    cap = 0 if message.purpose == "opt_out" else int(getattr(dialect_of(session), "anydoor_sms_a_day", 0))
    if cap and not rate_limits.allow(session, "sms:all", cap, DAY, now):
        return "over_site_cap"
    return None
