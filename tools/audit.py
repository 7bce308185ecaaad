"""Ask the public advisory databases about every locked package: `make audit`. Writes docs/audit.json, which CI reads.

Needs the internet beyond a package index. What is found and is no package that docs/security.md keeps on purpose, and a
package that could not be asked about, end with status 1; then nothing is written, or what was found.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "audit.json"
LOCKS = ("requirements.lock", "requirements-tracing.lock", "requirements-dev.lock", "nlu_server/requirements.lock")
KEPT = re.compile(r"^\| `([a-z0-9.-]+)` \| ([^ |]+) \| [^|]+ \| (\d{4}-\d\d-\d\d) \|", re.MULTILINE)
Answer = Mapping[str, Any]


def mark(lock: str) -> str:
    """What was asked about: a lock file that was changed since has another."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def kept(security: str) -> dict[tuple[str, str], date]:
    """Package and version that docs/security.md keeps with what contains it, and by when to look again."""
    part = security.split("## Packages kept at an old version")[1].split("\n## ")[0]
    return {(name, version): date.fromisoformat(day) for name, version, day in KEPT.findall(part)}


def found_in(answer: Answer) -> list[dict[str, Any]]:
    """What pip-audit's JSON says of each package with a hole; ValueError for one it could not ask about."""
    found = []
    for each in answer["dependencies"]:
        if "skip_reason" in each:
            raise ValueError(f"{each['name']} could not be asked about: {each['skip_reason']}")
        for hole in each["vulns"]:
            ids = sorted({hole["id"], *hole.get("aliases", ())})
            found.append(
                {"package": each["name"], "version": each["version"], "ids": ids, "fixed": hole["fix_versions"]}
            )
    return found


def record(ask: Callable[[str], Answer], today: date) -> dict[str, Any]:
    """What is written down: the day, and for each lock file its mark, how many were asked about, what was found."""
    locks = {}
    for lock in LOCKS:
        answer = ask(lock)
        if not answer["dependencies"]:
            raise ValueError(f"nothing was asked about {lock}")
        locks[lock] = {"sha256": mark(lock), "packages": len(answer["dependencies"]), "found": found_in(answer)}
    return {"looked_at": today.isoformat(), "locks": locks}


def unaccepted(written: Answer, security: str, today: date) -> list[str]:
    """One line for each hole that no row of docs/security.md accepts any more."""
    accepted = kept(security)
    return [
        f"{lock}: {hole['package']} {hole['version']}: {', '.join(hole['ids'])}"
        for lock, told in written["locks"].items()
        for hole in told["found"]
        if accepted.get((hole["package"], hole["version"]), date.min) < today
    ]


def is_of_today(written: Answer | None, today: date, days: int = 30) -> bool:
    """Whether there is a record of the lock files as they are, of the last days."""
    if written is None or not 0 <= (today - date.fromisoformat(written["looked_at"])).days <= days:
        return False
    return {lock: told["sha256"] for lock, told in written["locks"].items()} == {lock: mark(lock) for lock in LOCKS}


def pip_audit(lock: str) -> Answer:
    """Ask about one lock file; ValueError with what pip-audit said where it gives no answer."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "answer.json"
        command = [str(uv), "tool", "run", "pip-audit", "--strict", "--disable-pip", "--require-hashes"]
        command += ["--format", "json", "--output", str(out), "--requirement", str(ROOT / lock)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if not out.exists() or not out.stat().st_size:
            raise ValueError(f"{lock}: {said.stderr.strip().splitlines()[-1] if said.stderr.strip() else 'no answer'}")
        answer: Answer = json.loads(out.read_text(encoding="utf-8"))
        return answer


def main() -> None:
    today = datetime.now(UTC).date()
    try:
        written = record(pip_audit, today)
    except ValueError as error:
        sys.exit(f"Nothing was written: {error}")
    RECORD.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    open_ones = unaccepted(written, (ROOT / "docs" / "security.md").read_text(encoding="utf-8"), today)
    print("\n".join(open_ones) or f"{RECORD.relative_to(ROOT)}: nothing that is not accepted.")
    sys.exit(1 if open_ones else 0)


if __name__ == "__main__":
    main()
