import json


def response(message, body, **fields):
    return message(json.dumps(body, ensure_ascii=False).encode(), direction="response", **fields)


def test_harmful_words_in_responses_are_noted_with_their_place(facts_of, message):
    facts = facts_of(response(message, {"list": [{"title": "美女直播 激情视频"}, {"title": "数学课"}]}, flow="f9"))
    assert [(row.kind, row.value, row.found_in) for row in facts.wording] == [
        ("vulgar", "激情视频", "api.example.cn f9"),
        ("vulgar", "美女直播", "api.example.cn f9"),
    ]


def test_a_warning_against_them_and_what_the_app_sends_is_none(facts_of, message):
    warning = {"text": "严禁传播色情信息。欢迎学习"}
    assert facts_of(response(message, warning)).wording == ()
    assert facts_of(message(json.dumps({"q": "激情视频"}, ensure_ascii=False).encode())).wording == ()


def test_other_people_in_responses_are_received_and_not_sent(facts_of, message):
    facts = facts_of(response(message, {"students": [{"idCard": "11010520010515002X", "mobile": "13711112222"}]}))
    assert facts.transmissions == ()
    assert {row.data for row in facts.received} >= {"phone_number"}
    assert all(row.proof == "pattern" for row in facts.received)
