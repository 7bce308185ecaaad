"""The web chat over plain form posts: everything a browser without JavaScript can do, and the odd things one does."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from services.models import Conversation, MessageIn
from tests.web.assistants import StandInAssistant
from web import chat


class Form(HTMLParser):
    """The answer form of a page: hidden values and the choices it offers."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, str] = {}
        self.feed(re.split(r'<form class="answer"|</form>', html)[1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "input" and values.get("type") == "hidden":
            self.hidden[values["name"]] = values["value"]
        if tag == "input" and values.get("name") == "choice":
            self.choices[values["value"]] = values["type"]


def form(client: TestClient, path: str = "/chat") -> Form:
    return Form(client.get(path).text)


def post(client: TestClient, form: Form, text: str = "", *choices: str, **headers: str) -> Response:
    return client.post("/chat", data={**form.hidden, "text": text, "choice": list(choices)}, headers=headers)


def start(client: TestClient) -> Form:
    assert post(client, form(client)).status_code == 303
    return form(client)


def said(client: TestClient) -> list[str]:
    """Every line on the page, as `who: words`."""
    html = client.get("/chat").text
    lines = re.findall(r'<li class="chat__line chat__line--(\w+)[^>]*>.*?chat__words">(.*?)</div>', html, re.DOTALL)
    return [f"{by}: {re.sub('<[^>]+>', '', words).strip()}" for by, words in lines]


def test_the_page_opens_without_making_anything(client: TestClient, assistant: StandInAssistant) -> None:
    page = client.get("/chat")
    assert page.status_code == 200
    assert re.search(r'<input[^>]* name="text"', page.text)
    with assistant.db.read() as session:
        assert session.query(Conversation).count() == 0


def test_start_begins_the_conversation_and_shows_the_reply(client: TestClient) -> None:
    answer = post(client, form(client))
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat#newest")
    assert said(client) == ["assistant: Hello. You are chatting with a computer.", "assistant: Are you in work?"]


def test_first_words_are_heard_too(client: TestClient, assistant: StandInAssistant) -> None:
    post(client, form(client), "I'm off sick with my back")
    assert [inbound.text for inbound in assistant.accepted] == ["I'm off sick with my back"]


def test_the_source_code_comes_along(client: TestClient, assistant: StandInAssistant) -> None:
    post(client, form(client, "/chat?from=gp23"))
    assert [inbound.source for inbound in assistant.accepted] == ["gp23"]


def test_a_source_code_that_is_none_is_left_out(client: TestClient, assistant: StandInAssistant) -> None:
    post(client, form(client, "/chat?from=%3Cscript%3E"))
    assert [inbound.source for inbound in assistant.accepted] == [None]


def test_one_choice_is_radios_and_several_are_tick_boxes(client: TestClient) -> None:
    opened = start(client)
    assert opened.choices == {"work_situation=in_work": "radio", "work_situation=off_sick": "radio"}
    post(client, opened, "", "work_situation=off_sick")
    assert set(form(client).choices.values()) == {"checkbox"}


def test_a_choice_is_shown_by_its_title(client: TestClient) -> None:
    post(client, start(client), "", "work_situation=off_sick")
    assert said(client)[-2:] == ["person: Off sick", "assistant: Which of these is it?"]


def test_several_ticks_and_own_words_all_arrive(client: TestClient, assistant: StandInAssistant) -> None:
    post(client, start(client), "", "work_situation=off_sick")
    post(client, form(client), "and my dog", "health=mental_health", "health=long_term")
    assert assistant.accepted[-1].text == "Mental health, Long-term condition. and my dog"


def test_a_double_submit_is_one_message(client: TestClient, assistant: StandInAssistant) -> None:
    opened = start(client)
    answers = [post(client, opened, "", "work_situation=off_sick") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len(assistant.accepted) == 2


def test_the_back_button_and_another_answer_is_another_message(client: TestClient, assistant: StandInAssistant) -> None:
    opened = start(client)
    post(client, opened, "one")
    post(client, opened, "two")
    assert [inbound.text for inbound in assistant.accepted] == ["", "one", "two"]


def test_a_choice_of_an_older_question_in_another_tab_answers_nothing(
    client: TestClient, assistant: StandInAssistant
) -> None:
    old_tab = start(client)
    post(client, old_tab, "", "work_situation=off_sick")
    answer = post(client, old_tab, "", "work_situation=in_work")
    assert answer.status_code == 409
    assert "The chat has moved on" in answer.text
    assert len(assistant.accepted) == 2


def test_words_typed_in_an_older_tab_are_heard(client: TestClient, assistant: StandInAssistant) -> None:
    old_tab = start(client)
    post(client, old_tab, "", "work_situation=off_sick")
    assert post(client, old_tab, "I want to die").status_code == 303
    assert assistant.accepted[-1].text == "I want to die"


def test_nothing_picked_and_nothing_typed_says_so(client: TestClient, assistant: StandInAssistant) -> None:
    answer = post(client, start(client))
    assert answer.status_code == 400
    assert "Please type something first" in answer.text
    assert len(assistant.accepted) == 1


def test_too_long_keeps_what_was_typed(client: TestClient) -> None:
    answer = post(client, start(client), "x" * 2001)
    assert answer.status_code == 400
    assert "x" * 2001 in answer.text


def test_a_message_of_a_megabyte_gets_a_kind_page(client: TestClient, assistant: StandInAssistant) -> None:
    answer = post(client, start(client), "x" * 1_000_000)
    assert answer.status_code == 413
    assert "shorter parts" in answer.text
    assert len(assistant.accepted) == 1


@pytest.mark.parametrize(
    "words", ["yes\x00no", "\u202e", "😀", "{{7*7}}", "<script>alert(1)</script>", "=cmd()", "yes but no"]
)
def test_odd_words_come_back_as_words(client: TestClient, words: str) -> None:
    assert post(client, start(client), words).status_code == 303
    page = client.get("/chat").text
    assert "<script>alert" not in page
    assert ">49<" not in page


def test_a_form_that_we_did_not_make_is_refused(client: TestClient, assistant: StandInAssistant) -> None:
    start(client)
    answer = client.post("/chat", data={"text": "hello", "form": "abcdefghijkl", "mark": "no"})
    assert answer.status_code == 409
    assert len(assistant.accepted) == 1


def test_a_form_of_another_browser_is_refused(client: TestClient, assistant: StandInAssistant) -> None:
    theirs = start(client)
    client.cookies.clear()
    answer = post(client, theirs, "hello")
    assert "did not keep our cookie" in answer.text
    assert len(assistant.accepted) == 1


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}]
)
def test_another_sites_post_is_refused(
    client: TestClient, assistant: StandInAssistant, headers: dict[str, str]
) -> None:
    answer = post(client, start(client), "hello", **headers)
    assert answer.status_code == 403
    assert len(assistant.accepted) == 1


def test_the_cookie_is_kept_from_scripts_and_holds_no_address(client: TestClient, assistant: StandInAssistant) -> None:
    cookie = client.get("/chat").headers["set-cookie"]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    post(client, form(client))
    token = client.cookies[chat.COOKIE]
    assert token not in assistant.accepted[0].address.value


def test_two_browsers_have_two_conversations(client: TestClient, assistant: StandInAssistant) -> None:
    post(client, start(client), "mine")
    client.cookies.clear()
    start(client)
    assert "person: mine" not in said(client)


def test_a_reply_that_takes_longer_shows_that_it_is_coming(client: TestClient, assistant: StandInAssistant) -> None:
    assistant.slow = True
    post(client, form(client), "hello")
    assert "WorkWell is writing" in client.get("/chat").text


def test_an_urgent_answer_stands_out_and_its_numbers_can_be_rung(client: TestClient) -> None:
    post(client, start(client), "crisis")
    page = client.get("/chat").text
    assert "chat__line--urgent" in page
    assert '<a class="nhsuk-link chat-number" href="tel:116123">116 123</a>' in page


def test_quick_exit_forgets_the_chat_here_and_leads_to_a_neutral_page(client: TestClient) -> None:
    start(client)
    answer = client.get("/chat/leave")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://www.bbc.co.uk/weather")
    assert said(client) == []


def test_start_over_on_a_shared_computer(client: TestClient, assistant: StandInAssistant) -> None:
    start(client)
    assert client.post("/chat/over").headers["location"] == "/chat"
    assert said(client) == []
    with assistant.db.read() as session:
        assert session.query(MessageIn).count() == 1


def test_our_script_gets_a_new_form_with_each_message(client: TestClient, assistant: StandInAssistant) -> None:
    opened = start(client)
    sent = post(client, opened, "hello", Accept="application/json").json()
    opened.hidden |= {"form": sent["form"], "mark": sent["mark"]}
    assert post(client, opened, "hello", Accept="application/json").json()["sent"] is True
    assert [inbound.text for inbound in assistant.accepted] == ["", "hello", "hello"]


def test_our_script_is_told_what_is_wrong(client: TestClient) -> None:
    answer = post(client, start(client), "", Accept="application/json")
    assert (answer.status_code, answer.json()) == (400, {"problem": "chat.empty"})


def test_a_browser_without_a_chat_gets_no_stream(client: TestClient) -> None:
    assert client.get("/chat/events").status_code == 204
