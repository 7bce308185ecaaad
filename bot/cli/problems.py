"""Mistakes a person can put right are said in a sentence, not as a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn the errors of set-up and content into one sentence each and exit status 1."""
    from pydantic import ValidationError

    from bot.flows.definition import ContentErrors
    from services.errors import ServiceError

    try:
        yield
    except (ServiceError, ContentErrors, ValidationError, ValueError) as error:
        print(str(error), file=sys.stderr)
        sys.exit(1)
