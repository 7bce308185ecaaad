"""Tries the safety files before the first message comes: a broken one stops the start, not every turn."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot import opt_out_model
from bot.opt_out import OptOutPhrases, read_opt_out
from bot.safety import screen
from bot.safety_lists import FOLDER, PhraseBook, book
from bot.safety_model import model
from bot.safety_phrases import PhraseError
from services.errors import RulesError

_TO_DO = "Nobody can be served without the crisis screen: put the file right, or take back the last change to it."


def check(folder: Path = FOLDER) -> None:
    """Raises RulesError naming the file and the line that cannot be used; takes about three seconds, once a process."""
    files = (*sorted(folder.glob("*.yml")), *sorted((folder / "languages").glob("*.yml")))
    try:
        _read(folder)
    except (YAMLError, UnicodeDecodeError):
        for path in files:
            _is_yaml(path)
        raise
    except PhraseError as error:
        path, line = _place(files, error.phrase)
        raise RulesError(f"nlu_data/safety/{path.name}", line, str(error), _TO_DO) from error
    except (KeyError, TypeError, AttributeError, OSError) as error:
        raise RulesError("nlu_data/safety", 1, f"a file or a part of one is missing ({error!r})", _TO_DO) from error
    _models(folder)
    if folder == FOLDER and (screen("i want to die") is None or read_opt_out("stop") != "stop"):
        raise RulesError("nlu_data/safety", 1, "the screen does not hear the plainest words", _TO_DO)


def _read(folder: Path) -> None:
    if folder == FOLDER:
        book(), read_opt_out("stop")  # kept for the first message
    else:
        PhraseBook(folder), OptOutPhrases(folder)


def _is_yaml(path: Path) -> None:
    try:
        YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 1 if mark is not None else 1
        what = (error.problem if isinstance(error, MarkedYAMLError) else None) or "it cannot be read"
        raise RulesError(f"nlu_data/safety/{path.name}", line, str(what), _TO_DO) from error


def _models(folder: Path) -> None:
    for name, load, made_by in (
        ("model.npz", model, "bot.safety_model"),
        ("opt_out_model.npz", opt_out_model.model, "bot.opt_out_training"),
    ):
        try:
            load(folder)
        except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
            what = f"the trained model cannot be read ({type(error).__name__})"
            raise RulesError(f"nlu_data/safety/{name}", 1, what, f"Run python -m {made_by}.") from error


def _place(files: tuple[Path, ...], phrase: str) -> tuple[Path, int]:
    """The first line that holds the words; the first line of the first file where none does."""
    for path in files:
        if path.name == phrase:
            return path, 1
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if phrase and phrase in line:
                return path, number
    return files[0], 1
