"""What random people write: fitting answers by the type of the question, and everything else."""

from __future__ import annotations

POSTCODES = ["PR1 8XJ", "ls1 4ap", "m11ae", "EX4 4QJ", "CF10 1EP", "EH1 1YZ", "BT1 5GS", "JE2 3QA", "ZZ9 9ZZ", "SW1A"]
FITTING = {
    "postcode": POSTCODES,
    "age": ["34", "im 58", "17", "15", "12/3/1980"],
    "name": ["Sam", "its Priya", "Mohammed Ali"],
    "phone": ["07700900456", "same number", "01632 960001"],
    "duration": ["3 months", "since last march", "about 2 years"],
    "practice": ["Issa Medical Centre", "the surgery on the high street"],
    "place": ["Preston", "near Leeds", "Bodmin"],
    "text": ["I'd like to get back to my old job", "a quieter room"],
}
NONSENSE = ["blorp fizz wug", "qzxv qzxv", "???", "flumph grundle", "\U0001f937", ".", "vrrrp"]
REPAIRS = [
    "why do you ask?", "back", "skip", "what did you say?", "what have I told you?", "hang on a minute", "start again",
    "who are you", "is this free?", "are you a robot", "will my boss know?", "will it affect my benefits", "fit note",
    "do i have to do this", "can I talk to a person", "wrong number", "its for my brother", "MY DATA", "DELETE", "thanks",
    "hello", "bye", "how long does it take", "help with money", "sorry i made a mistake", "change my postcode",
]  # fmt: skip
CORRECTIONS = [
    "no wait its M1 1AE",
    "sorry im 45 not 54",
    "change my name to Alex",
    "i meant off sick",
    "not housing, just money",
]
CRISES = {
    "self_harm": "i want to kill myself",
    "harm_by_others": "my husband hits me",
    "harm_to_others": "i am going to stab him tonight",
    "medical": "i have chest pain and cant breathe",
    "child": "im 13 and my dad hits me",
}
MAY_BE_CRISES = [
    "havent slept for four days and ive got loads of amazing ideas", "im going high again, i know the signs",
    "three nights no sleep and my mind is racing",
]  # fmt: skip
"""Words that never get more than the line beside their own answer, whatever is asked and with no model."""
TAKES_BACK = ["only joking mate", "no I didn't mean it like that", "yes i am", "no im not"]
STOPS = ["STOP", "stop texting me", "unsubscribe"]
