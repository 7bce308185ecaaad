"""What the studio refuses. Each is a sentence that says what to do.

StudioError
├── NotProved       the check finds an error
├── NotAgreed       a second person has not agreed yet
├── NotTried        its conversation tests have not all gone well
└── Overtaken       somebody else published or wrote meanwhile
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.flows.definition import Finding


class StudioError(ValueError):
    """Something that is not done, and what to do instead."""


class NotProved(StudioError):
    """The content would leave somebody stuck, or say what it must not."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = "\n".join(str(one) for one in self.findings[:10])
        super().__init__(f"The check finds {len(self.findings)} errors, so this cannot go live:\n{first}")


class NotAgreed(StudioError):
    """It touches safety, consent or who may take part: somebody who did not write it has to agree."""


class NotTried(StudioError):
    """A conversation test has not been played with it, or went otherwise."""


class Overtaken(StudioError):
    """What was seen is not what is there now."""
