"""Tests of consent flags: what counts as one, and which instructions depend on it."""

import pytest
from dexassembler import assemble

from analyzer.catalogue.words import GuardWords
from analyzer.dex import Query, load
from analyzer.dex.flow.guards import Guards

S = "Ljava/lang/String;"
READ = "Lx/Phone;->imei()V"
GET = f"Landroid/content/SharedPreferences;->getBoolean({S}Z)Z"
GET_INT = f"Landroid/content/SharedPreferences;->getInt({S}I)I"
WORDS = GuardWords(
    {
        "getters": {GET: 0, GET_INT: 0, "Lcom/tencent/mmkv/MMKV;->decodeBool(*": 0, "Lio/x/SDK;->isAgreed(*": -1},
        "consent": ["agree*", "privacy", "first run", "同意"],
        "other": ["url", "debug", "night", "init"],
    }
)
CALL = f"invoke-static {{}}, {READ}"


def guard(body, *more, fields="", proto="static m()V"):
    text = f".class Lapp/A;\n{fields}\n.method {proto}\n{body}\nreturn-void\n.end\n" + "\n".join(more)
    index = load([("classes.dex", assemble(text))])
    site = index.find(Query(methods=frozenset([READ]))).sites[0]
    found = Guards(index.flow, WORDS).guard(site.part, site.item, site.offset)
    return found and found.text


def preference(name, getter=GET):
    return f'const-string v1, "{name}"\nconst/4 v2, 0\ninvoke-interface {{v0, v1, v2}}, {getter}\nmove-result v3'


INSIDE = f"if-eqz v3, :end\n{CALL}\n:end"


def test_a_preference_with_a_name_of_consent_guards_what_one_side_alone_runs():
    assert guard(f"{preference('user_agreed')}\n{INSIDE}") == 'preference "user_agreed" in Lapp/A;->m()V'
    returned = f"{preference('user_agreed')}\nif-nez v3, :go\nreturn-void\n:go\n{CALL}"
    assert guard(returned) == 'preference "user_agreed" in Lapp/A;->m()V'


def test_what_runs_on_both_sides_or_before_the_test_is_not_guarded():
    assert guard(f"{preference('user_agreed')}\nif-eqz v3, :a\ninvoke-static {{}}, Lx/X;->f()V\n:a\n{CALL}") is None
    assert guard(f"{CALL}\n{preference('user_agreed')}\nif-eqz v3, :a\ninvoke-static {{}}, Lx/X;->f()V\n:a") is None
    loop = f":again\n{CALL}\n{preference('user_agreed')}\nif-eqz v3, :again"
    assert guard(loop) is None


@pytest.mark.parametrize(
    ("name", "guarded"),
    [("user_agreed", True), ("isPrivacyShown", True), ("同意协议", True), ("a", True), ("k1", True), ("agree_url", False),
     ("debug", False), ("night_mode", False), ("web", False), ("volume", False)],
)  # fmt: skip
def test_the_name_decides_and_one_that_says_nothing_may_be_the_consent(name, guarded):
    assert (guard(f"{preference(name)}\n{INSIDE}") is not None) == guarded


def test_an_unknown_name_may_be_the_consent():
    text = f"invoke-static {{}}, Lx/X;->key(){S}\nmove-result-object v1\nconst/4 v2, 0\ninvoke-interface {{v0, v1, v2}}, {GET}\nmove-result v3\n{INSIDE}"
    assert guard(text) == "preference of an unknown name in Lapp/A;->m()V"


def test_numbers_negations_and_joined_conditions_are_followed():
    compared = f"{preference('agree_version', GET_INT)}\nconst/4 v4, 1\nif-ne v3, v4, :end\n{CALL}\n:end"
    assert guard(compared) == 'preference "agree_version" in Lapp/A;->m()V'
    negated = f"{preference('agree')}\nxor-int/lit8 v3, v3, 1\nif-nez v3, :end\n{CALL}\n:end"
    assert guard(negated) == 'preference "agree" in Lapp/A;->m()V'
    both = f"{preference('agree')}\nif-eqz v3, :no\nif-eqz v5, :no\nconst/4 v6, 1\ngoto :test\n:no\nconst/4 v6, 0\n:test\nif-eqz v6, :end\n{CALL}\n:end"
    assert guard(both) == 'preference "agree" in Lapp/A;->m()V'
    boxed = f"{preference('agree')}\ninvoke-static {{v3}}, Ljava/lang/Boolean;->valueOf(Z)Ljava/lang/Boolean;\nmove-result-object v3\ninvoke-virtual {{v3}}, Ljava/lang/Boolean;->booleanValue()Z\nmove-result v3\n{INSIDE}"
    assert guard(boxed) is not None


@pytest.mark.parametrize(("name", "guarded"), [("agreed", True), ("a", True), ("initialized", False), ("debug", False)])
def test_a_boolean_field_of_the_app_counts_by_its_name(name, guarded):
    fields = f".field {name}:Z static"
    found = guard(f"sget-boolean v3, Lapp/A;->{name}:Z\n{INSIDE}", fields=fields)
    assert found == (f"field Lapp/A;->{name} in Lapp/A;->m()V" if guarded else None)


@pytest.mark.parametrize("field", ["Landroid/os/Build$VERSION;->SDK_INT:I", "Lx/X;->agreed:Z"])
def test_fields_of_others_and_the_version_are_no_consent(field):
    word = "sget" if field.endswith("I") else "sget-boolean"
    assert guard(f"{word} v3, {field}\n{INSIDE}") is None


def test_a_null_check_is_no_consent():
    assert guard(f"invoke-static {{}}, Lx/X;->make()Ljava/lang/Object;\nmove-result-object v3\n{INSIDE}") is None


def helper(name, body):
    return f".class Lapp/B;\n.method public static {name}()Z\n{body}\nreturn v3\n.end"


def test_a_method_counts_by_its_name_or_by_the_flag_that_it_returns():
    asks = "invoke-static {}, Lapp/B;->%s()Z\nmove-result v3"
    named = guard(f"{asks % 'isAgreed'}\n{INSIDE}", helper("isAgreed", "invoke-static {}, Lx/X;->f()Z\nmove-result v3"))
    assert named == "method Lapp/B;->isAgreed in Lapp/A;->m()V"
    returned = guard(f"{asks % 'ready'}\n{INSIDE}", helper("ready", preference("user_agreed")))
    assert returned == 'preference "user_agreed" by Lapp/B;->ready in Lapp/A;->m()V'
    assert guard(f"{asks % 'ready'}\n{INSIDE}", helper("ready", preference("volume"))) is None
    library = guard(f"invoke-static {{}}, Lio/x/SDK;->isAgreed()Z\nmove-result v3\n{INSIDE}")
    assert library == "method Lio/x/SDK;->isAgreed in Lapp/A;->m()V"


def test_a_switch_on_a_flag_is_a_test_too():
    switch = f"{preference('agree', GET_INT)}\npacked-switch v3\n.switch :a 1\nreturn-void\n:a\n{CALL}"
    assert guard(switch) == 'preference "agree" in Lapp/A;->m()V'
    assert guard(switch.replace("return-void\n", "")) is None
