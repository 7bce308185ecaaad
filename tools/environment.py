"""Make the Python environments this project needs, and do nothing when they are up to date.

    python3 tools/environment.py [app] [dev] [nlu]

`app` and `dev` fill .venv from the hash-locked requirement files; `nlu` fills nlu_server/.venv with
Python 3.10. Exit status 3 means: no usable Python 3.10, so the product runs without the trained model.
Only the standard library is imported, since this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NLU = ROOT / "nlu_server"
BIN = "Scripts" if os.name == "nt" else "bin"
UV_VERSION = "uv>=0.9"
NO_PYTHON_310 = 3


def fingerprint(*paths: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def up_to_date(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def run(*command: str | Path, **env: str) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env={**os.environ, **env})


def uv() -> Path:
    """The uv of .venv, installed with pip on first use."""
    python, program = VENV / BIN / "python", VENV / BIN / "uv"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    if not program.exists():
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV_VERSION)
    return program


def sync_app(dev: bool) -> None:
    """Install the locked packages and this project itself, editable."""
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    stamp = VENV / ("anydoor-dev.stamp" if dev else "anydoor-app.stamp")
    wanted = fingerprint(lock, ROOT / "pyproject.toml", ROOT / "tools" / "environment.py")
    if up_to_date(stamp, wanted) or (
        not dev
        and up_to_date(
            VENV / "anydoor-dev.stamp",
            fingerprint(ROOT / "requirements-dev.lock", ROOT / "pyproject.toml", ROOT / "tools" / "environment.py"),
        )
    ):
        return
    print(f"Setting up .venv from {lock.name} ...", flush=True)
    python = str(VENV / BIN / "python")
    program = uv()
    run(program, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", lock)
    run(program, "pip", "install", "--quiet", "--python", python, "--no-deps", "--editable", ROOT)
    stamp.write_text(wanted)


def works(python: str) -> bool:
    """Probe by running it: a pyenv shim may exist that does not run."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(sys.version_info[:2] == (3, 10))"],
            capture_output=True,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == "True"


def python310() -> str | None:
    """A Python 3.10 that runs: named, on the path, pyenv's, or fetched by uv; None if there is none."""
    candidates = [os.environ.get("ANYDOOR_PYTHON310"), shutil.which("python3.10")]
    candidates += [
        str(path / "bin" / "python") for path in sorted((Path.home() / ".pyenv" / "versions").glob("3.10.*"))
    ]
    for candidate in filter(None, candidates):
        if works(candidate):
            return candidate
    if os.environ.get("ANYDOOR_NO_PYTHON_DOWNLOAD"):
        return None
    try:
        subprocess.run([str(uv()), "python", "install", "3.10"], check=True, capture_output=True, timeout=120)
        found = subprocess.run([str(uv()), "python", "find", "3.10"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() if works(found.stdout.strip()) else None


def sync_nlu() -> int:
    """Install Rasa alone in its own Python 3.10 environment."""
    lock, venv = NLU / "requirements.lock", NLU / ".venv"
    stamp = venv / "anydoor-nlu.stamp"
    local = [NLU / "tf_stub" / "pyproject.toml", *sorted((NLU / "tf_stub" / "src").rglob("*.py"))]
    wanted = fingerprint(lock, *local)
    if up_to_date(stamp, wanted):
        return 0
    python = python310()
    if python is None:
        print(
            "No Python 3.10 was found, so the trained language model is left out. Anydoor runs with its built-in "
            "recognisers. To add it, install Python 3.10 or set ANYDOOR_PYTHON310 to its path.",
            flush=True,
        )
        return NO_PYTHON_310
    print("Setting up nlu_server/.venv (Rasa, Python 3.10) ...", flush=True)
    program = uv()
    run(program, "venv", "--quiet", "--clear", "--python", python, venv)
    target = str(venv / BIN / "python")
    run(program, "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--python", target, "-r", lock)
    run(program, "pip", "install", "--quiet", "--no-deps", "--python", target, NLU / "tf_stub")
    stamp.write_text(wanted)
    return 0


def main(wanted: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  it may be started by an older Python
        print("Anydoor needs Python 3.11 or newer. Run again with: make PYTHON=python3.11", file=sys.stderr)
        return 1
    try:
        if "dev" in wanted or "app" in wanted:
            uv()
            sync_app(dev="dev" in wanted)
        return sync_nlu() if "nlu" in wanted else 0
    except subprocess.CalledProcessError as error:
        print(f"Set-up stopped: this command failed: {' '.join(error.cmd)}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
