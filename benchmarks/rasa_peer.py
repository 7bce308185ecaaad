"""Rasa's own stack with the smallest assistant that asks what the benchmark's texts answer: rules, one form, REST, SQL.

`nlu_server/.venv/bin/python benchmarks/rasa_peer.py FOLDER PORT` trains it in FOLDER and serves it. Runs in Rasa's own
environment (Python 3.10), so it imports nothing of ours. One intent opens a form of ten questions; each answer is kept
as it is written. The model is the cheapest that Rasa has, which is in its favour.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # before rasa is imported: nothing is sent anywhere
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
warnings.showwarning = lambda *ignored, **also: None  # rasa's old dependencies

QUESTIONS = [f"question_{number}" for number in range(1, 11)]
FORM = "referral"
CONFIG = {
    "recipe": "default.v1",
    "language": "en",
    "assistant_id": "peer",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "LogisticRegressionClassifier"},
    ],
    "policies": [{"name": "RulePolicy"}],
}


def slot(name: str) -> dict[str, object]:
    asked = {"active_loop": FORM, "requested_slot": name}
    return {"type": "text", "influence_conversation": False, "mappings": [{"type": "from_text", "conditions": [asked]}]}


def domain() -> dict[str, object]:
    words = {f"utter_ask_{name}": [{"text": f"The words of {name}?"}] for name in QUESTIONS}
    return {
        "version": "3.1",
        "intents": ["greet", "tell"],
        "slots": {name: slot(name) for name in QUESTIONS},
        "forms": {FORM: {"required_slots": QUESTIONS}},
        "responses": {**words, "utter_done": [{"text": "Thank you."}]},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": False},
    }


def data() -> dict[str, object]:
    ended = [{"action": FORM}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
    return {
        "version": "3.1",
        "nlu": [
            {"intent": "greet", "examples": "- hi\n- hello\n- hey there\n- good morning\n"},
            {
                "intent": "tell",
                "examples": "- my back is bad\n- im off sick\n- money trouble\n- its safe\n- 34\n- sam\n",
            },
        ],
        "rules": [
            {"rule": "begin", "steps": [{"intent": "greet"}, {"action": FORM}, {"active_loop": FORM}]},
            {"rule": "end", "condition": [{"active_loop": FORM}], "steps": [*ended, {"action": "utter_done"}]},
        ],
    }


def main(folder: str, port: int) -> None:
    os.chdir(folder)
    database = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "rasa.db"}}
    written = {"config": CONFIG, "domain": domain(), "data": data(), "endpoints": database, "credentials": {"rest": {}}}
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints
    from rasa.model_training import train
    from rasa.shared.utils.io import write_yaml
    from rasa.utils.log_utils import configure_structlog

    for name, content in written.items():
        write_yaml(content, f"{name}.yml")
    configure_structlog(logging.ERROR)
    logging.disable(logging.WARNING)
    sys.stdout = sys.stderr  # what is said on standard output is for the load generator
    made = train("domain.yml", "config.yml", ["data.yml"], output="models", fixed_model_name="peer")
    serve_application(
        made.model,
        interface="127.0.0.1",
        port=port,
        credentials="credentials.yml",
        endpoints=AvailableEndpoints.read_endpoints("endpoints.yml"),
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
