import pytest
from dexassembler import assemble

from analyzer.dex import Query, load

S = "Ljava/lang/String;"
USE = f"Lx/X;->use({S})V"
TWO = f"Lx/X;->two(J{S}I)V"
SB = "Ljava/lang/StringBuilder;"
APPEND = f"invoke-virtual {{v0, v1}}, {SB}->append({S}){SB}"


def program(*classes, method=USE):
    index = load([("classes.dex", assemble("\n".join(classes)))])
    return index, [site for site in index.find(Query(methods=frozenset([method]))).sites if site.kind == "call"]


def held(body, *more, method=USE, number=0, flags="public static", proto="m()V"):
    _, sites = program(f".class Lapp/A;\n.method {flags} {proto}\n{body}\nreturn-void\n.end", *more, method=method)
    return sites[0].argument(number)


def texts(value):
    return sorted(one.text if one.kind == "string" else f"<{one.kind}>" for one in value.options)


def use(register="v0"):
    return f"invoke-static {{{register}}}, {USE}"


def test_moves_and_casts_are_followed_and_overwriting_is_seen():
    value = held(f'const-string v3, "k"\nmove-object v1, v3\nconst-string v3, "o"\ncheck-cast v1, {S}\n{use("v1")}')
    assert texts(value) == ["k"]
    wide = held(f'const-string v1, "k"\ninvoke-static {{}}, Lx/X;->n()J\nmove-result-wide v0\n{use("v1")}')
    assert texts(wide) == ["<call>"]  # the long fills v1 too


def test_a_join_gives_both_values_and_what_was_never_set_is_unknown():
    both = held(f'const-string v0, "imei"\nif-eqz v5, :a\nconst-string v0, "imsi"\n:a\n{use()}')
    assert texts(both) == ["imei", "imsi"]
    one = held(f'if-eqz v5, :a\nconst-string v0, "imsi"\n:a\n{use()}')
    assert texts(one) == ["<unknown>", "imsi"]


def test_a_cast_behind_a_join_is_looked_through():
    both = held(
        f'const-string v0, "imei"\nif-eqz v5, :a\nconst-string v0, "imsi"\n:a\ncheck-cast v0, {S}\nif-eqz v6, :b\n:b\n{use()}'
    )
    assert texts(both) == ["imei", "imsi"]


def test_the_same_value_on_both_ways_is_one_value():
    assert texts(held(f'if-eqz v5, :a\nconst-string v0, "k"\ngoto :b\n:a\nconst-string v0, "k"\n:b\n{use()}')) == ["k"]


def test_an_exception_handler_sees_what_was_set_before_the_throwing_instruction():
    body = f"""
        const-string v0, "before"
        :from
        invoke-static {{}}, Lx/X;->risky()V
        const-string v0, "behind"
        :to
        goto :end
        :handler
        move-exception v1
        {use()}
        :end
        .catch :from :to :handler"""
    assert texts(held(body)) == ["before"]


def test_a_switch_leads_to_each_of_its_cases():
    body = f"""
        const-string v0, "default"
        packed-switch v5
        .switch :a 1 :b 2
        goto :end
        :a
        const-string v0, "one"
        goto :end
        :b
        const-string v0, "two"
        :end
        {use()}"""
    assert texts(held(body)) == ["default", "one", "two"]


def test_a_loop_ends_and_code_that_never_runs_says_nothing():
    body = f'const-string v0, "first"\n:loop\n{use()}\nconst-string v0, "later"\nif-eqz v5, :loop'
    assert texts(held(body)) == ["first", "later"]
    dead = held(f'const-string v0, "live"\ngoto :a\n:dead\nconst-string v0, "dead"\n:a\n{use()}')
    assert texts(dead) == ["live"]


def test_numbers_wide_arguments_and_ranges_fall_on_the_right_registers():
    body = f'const-wide/16 v5, 9\nconst-string v7, "k"\nconst/16 v8, -2\ninvoke-static {{v5, v6, v7, v8}}, {TWO}'
    _, sites = program(f".class Lapp/A;\n.method public static m()V\n{body}\nreturn-void\n.end", method=TWO)
    assert [(value.kind, value.text) for value in sites[0].arguments()] == [
        ("int", "9"),
        ("string", "k"),
        ("int", "-2"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'const-string v0, "a"\nconst-string v1, "b"\ninvoke-virtual {{v0, v1}}, {S}->concat({S}){S}', ["ab"]),
        (f'const-string v0, " AB "\ninvoke-virtual {{v0}}, {S}->trim(){S}', ["AB"]),
        (f'const-string v0, "AB"\ninvoke-virtual {{v0}}, {S}->toLowerCase(){S}', ["ab"]),
        ((f'const-string v0, "a-b"\nconst-string v1, "-"\nconst-string v2, "."\n'
         f"invoke-virtual {{v0, v1, v2}}, {S}->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;){S}"), ["a.b"]),
        (f'const-string v0, "abcdef"\nconst/4 v1, 2\nconst/4 v2, 4\ninvoke-virtual {{v0, v1, v2}}, {S}->substring(II){S}', ["cd"]),
        (f"const/16 v0, 42\ninvoke-static {{v0}}, {S}->valueOf(I){S}", ["42"]),
        ((f'const-string v0, "YW5kcm9pZF9pZA=="\nconst/4 v1, 0\ninvoke-static {{v0, v1}}, Landroid/util/Base64;->decode({S}I)[B\n'
         f"move-result-object v0\nnew-instance v1, {S}\ninvoke-direct {{v1, v0}}, {S}-><init>([B)V\nmove-object v0, v1\n"
         f"invoke-virtual {{v0}}, {S}->intern(){S}"), ["android_id"]),
    ],
)  # fmt: skip
def test_string_methods_are_computed(body, expected):
    assert texts(held(f"{body}\nmove-result-object v0\n{use()}")) == expected


def test_string_methods_of_unknown_text_are_unknown_calls():
    value = held(f"invoke-virtual {{v0}}, {S}->trim(){S}\nmove-result-object v0\n{use()}")
    assert (value.kind, value.text) == ("call", f"{S}->trim(){S}")


def built(*steps, first=f"invoke-direct {{v0}}, {SB}-><init>()V"):
    body = "\n".join([f"new-instance v0, {SB}", first, *steps])
    return held(f"{body}\ninvoke-virtual {{v0}}, {SB}->toString(){S}\nmove-result-object v2\n{use('v2')}")


def test_a_builder_is_put_together_with_and_without_the_returned_reference():
    assert texts(built('const-string v1, "/sys/"', APPEND, 'const-string v1, "net"', APPEND)) == ["/sys/net"]
    chained = built(
        'const-string v1, "a"', APPEND, "move-result-object v0", 'const-string v1, "b"', APPEND, "move-result-object v0"
    )
    assert texts(chained) == ["ab"]
    begun = built(
        'const-string v1, "b"', APPEND, first=f'const-string v1, "a"\ninvoke-direct {{v0, v1}}, {SB}-><init>({S})V'
    )
    assert texts(begun) == ["ab"]
    typed = built(
        "const/16 v1, 65",
        f"invoke-virtual {{v0, v1}}, {SB}->append(C){SB}",
        f"invoke-virtual {{v0, v1}}, {SB}->append(I){SB}",
    )
    assert texts(typed) == ["A65"]


def test_a_builder_with_alternatives_gives_each_text():
    steps = (
        'const-string v1, "a"',
        "if-eqz v5, :a",
        'const-string v1, "b"',
        ":a",
        APPEND,
        'const-string v1, "!"',
        APPEND,
    )
    assert texts(built(*steps)) == ["a!", "b!"]


@pytest.mark.parametrize(
    "steps",
    [
        ('const-string v1, "a"', APPEND, "if-eqz v5, :a", APPEND, ":a"),
        ('const-string v1, "a"', ":a", APPEND, "if-eqz v5, :a"),
        ('const-string v1, "a"', APPEND, "const/4 v2, 0", f"invoke-virtual {{v0, v2}}, {SB}->setLength(I)V"),
        ('const-string v1, "a"', APPEND, "if-eqz v5, :a", f"invoke-virtual {{v0}}, {SB}->reverse(){SB}", ":a"),
        ('const-string v1, "a"', APPEND, f"invoke-static {{v0}}, Lx/X;->more({SB})V"),
    ],
)
def test_a_builder_that_is_changed_otherwise_is_unknown(steps):
    assert texts(built(*steps)) == ["<call>"]


def test_a_builder_that_is_turned_round_turns_what_it_holds_by_then():
    turn = f"invoke-virtual {{v0}}, {SB}->reverse(){SB}"
    steps = ('const-string v1, "ab"', APPEND, turn, 'const-string v1, "cd"', APPEND)
    assert texts(built(*steps)) == ["bacd"]


def test_a_text_with_an_unknown_piece_keeps_the_known_ones():
    value = built(
        'const-string v1, "/sys/"',
        APPEND,
        f"invoke-virtual {{v0, v6}}, {SB}->append({S}){SB}",
        'const-string v1, "/address"',
        APPEND,
    )
    assert value.kind == "concat"
    assert [part.text for part in value.parts] == ["/sys/", "", "/address"]


def test_format_with_constants():
    body = f"""
        const-string v0, "/sys/%s/%d"
        const/4 v1, 2
        new-array v2, v1, [Ljava/lang/Object;
        const/4 v3, 0
        const-string v4, "net"
        aput-object v4, v2, v3
        const/4 v3, 1
        const/4 v4, 7
        invoke-static {{v4}}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
        move-result-object v4
        aput-object v4, v2, v3
        invoke-static {{v0, v2}}, {S}->format({S}[Ljava/lang/Object;){S}
        move-result-object v0
        {use()}"""
    assert texts(held(body)) == ["/sys/net/7"]


EXEC = f"Lx/X;->exec([{S})V"


def test_array_elements_are_read_in_both_forms():
    stored = f"""
        const/4 v1, 2
        new-array v2, v1, [{S}
        const/4 v3, 0
        const-string v4, "getprop"
        aput-object v4, v2, v3
        const/4 v3, 1
        const-string v4, "ro.serialno"
        aput-object v4, v2, v3
        invoke-static {{v2}}, {EXEC}"""
    assert [one.text for one in held(stored, method=EXEC).parts] == ["getprop", "ro.serialno"]
    filled = f'const-string v1, "ps"\nconst-string v2, "-A"\nfilled-new-array {{v1, v2}}, [{S}\nmove-result-object v3\ninvoke-static {{v3}}, {EXEC}'
    assert [one.text for one in held(filled, method=EXEC).parts] == ["ps", "-A"]


def test_an_element_that_is_set_on_one_way_only_may_be_another():
    body = f"""
        const/4 v1, 1
        new-array v2, v1, [{S}
        const/4 v3, 0
        if-eqz v5, :a
        const-string v4, "x"
        aput-object v4, v2, v3
        :a
        invoke-static {{v2}}, {EXEC}"""
    assert texts(held(body, method=EXEC).parts[0]) == ["<unknown>", "x"]
    unknown = f'new-array v2, v1, [{S}\nconst-string v4, "x"\naput-object v4, v2, v6\ninvoke-static {{v2}}, {EXEC}'
    assert held(unknown, method=EXEC).kind == "unknown"


def test_characters_and_bytes_become_text():
    chars = f"const/4 v1, 3\nnew-array v2, v1, [C\nfill-array-data v2\n.array 2 97 98 99\nnew-instance v0, {S}\ninvoke-direct {{v0, v2}}, {S}-><init>([C)V\n{use()}"
    assert texts(held(chars)) == ["abc"]
    raw = f"const/4 v1, 3\nnew-array v2, v1, [B\nfill-array-data v2\n.array 1 97 98 99\nnew-instance v0, {S}\ninvoke-direct {{v0, v2}}, {S}-><init>([B)V\n{use()}"
    assert texts(held(raw)) == ["abc"]


def test_a_constant_field_of_the_app_is_known():
    keys = f'.class Lapp/K;\n.field KEY:{S} public static final = "android_id"\n.field OTHER:{S} public static = "open"'
    assert texts(held(f"sget-object v0, Lapp/K;->KEY:{S}\n{use()}", keys)) == ["android_id"]
    assert held(f"sget-object v0, Lapp/K;->OTHER:{S}\n{use()}", keys).kind == "field"  # anybody may write it
    assert held(f"sget-object v0, Lx/K;->KEY:{S}\n{use()}").text == f"Lx/K;->KEY:{S}"


def test_a_field_set_by_the_class_initialiser_is_known():
    keys = f""".class Lapp/K;
        .field KEY:{S} public static final
        .method static constructor <clinit>()V
        const-string v0, "android_"
        const-string v1, "id"
        invoke-virtual {{v0, v1}}, {S}->concat({S}){S}
        move-result-object v0
        sput-object v0, Lapp/K;->KEY:{S}
        return-void
        .end"""
    assert texts(held(f"sget-object v0, Lapp/K;->KEY:{S}\n{use()}", keys)) == ["android_id"]


def test_a_private_field_is_every_value_that_its_class_stores():
    cls = f""".class Lapp/A;
        .field key:{S} private
        .method public constructor <init>()V
        const-string v0, "imei"
        iput-object v0, p0, Lapp/A;->key:{S}
        return-void
        .end
        .method public change()V
        const-string v0, "imsi"
        iput-object v0, p0, Lapp/A;->key:{S}
        return-void
        .end
        .method public m()V
        iget-object v0, p0, Lapp/A;->key:{S}
        {use()}
        return-void
        .end"""
    _, sites = program(cls)
    assert texts(sites[0].argument(0)) == ["imei", "imsi"]
    _, sites = program(cls.replace(f".field key:{S} private", f".field key:{S} public"))
    assert sites[0].argument(0).kind == "field"


HELPERS = f""".class Lapp/H;
    .method public static constant(){S}
    const-string v0, "android_id"
    return-object v0
    .end
    .method public static same({S}){S}
    return-object p0
    .end
    .method public static below({S}){S}
    const-string v0, "content://"
    invoke-virtual {{v0, p0}}, {S}->concat({S}){S}
    move-result-object v0
    return-object v0
    .end
    .method public open(){S}
    const-string v0, "virtual"
    return-object v0
    .end"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (f"invoke-static {{}}, Lapp/H;->constant(){S}", ["android_id"]),
        (f'const-string v1, "k"\ninvoke-static {{v1}}, Lapp/H;->same({S}){S}', ["k"]),
        (f'const-string v1, "sms"\ninvoke-static {{v1}}, Lapp/H;->below({S}){S}', ["content://sms"]),
        (f"invoke-virtual {{v1}}, Lapp/H;->open(){S}", ["virtual"]),
    ],
)
def test_small_helpers_are_entered(call, expected):
    assert texts(held(f"{call}\nmove-result-object v0\n{use()}", HELPERS)) == expected


def test_a_method_that_a_subclass_may_override_is_not_entered():
    heir = ".class Lapp/I; extends Lapp/H;"
    value = held(f"invoke-virtual {{v1}}, Lapp/H;->open(){S}\nmove-result-object v0\n{use()}", HELPERS, heir)
    assert value.kind == "call"


def test_helpers_that_call_each_other_end():
    ring = f".class Lapp/R;\n.method public static a(){S}\ninvoke-static {{}}, Lapp/R;->b(){S}\nmove-result-object v0\nreturn-object v0\n.end\n.method public static b(){S}\ninvoke-static {{}}, Lapp/R;->a(){S}\nmove-result-object v0\nreturn-object v0\n.end"
    assert held(f"invoke-static {{}}, Lapp/R;->a(){S}\nmove-result-object v0\n{use()}", ring).kind == "call"


WRAPPER = f""".class Lapp/W;
    .method public static read({S})V
    {use("p0")}
    return-void
    .end
    .class Lapp/B;
    .method public static m()V
    const-string v0, "android_id"
    invoke-static {{v0}}, Lapp/W;->read({S})V
    const-string v0, "bluetooth_address"
    invoke-static {{v0}}, Lapp/W;->read({S})V
    return-void
    .end"""


def test_a_parameter_is_what_callers_pass_once_they_are_known():
    index, sites = program(WRAPPER)
    assert sites[0].argument(0).kind == "unknown"
    callers = index.search_callers()
    callers.look_for(index.flow.program.wanted)
    index.flow.use(callers)
    assert texts(sites[0].argument(0)) == ["android_id", "bluetooth_address"]


def test_a_constructor_keeps_what_it_is_given():
    value = held(
        f'new-instance v0, Ljava/io/File;\nconst-string v1, "/proc/cpuinfo"\ninvoke-direct {{v0, v1}}, Ljava/io/File;-><init>({S})V\n{use()}'
    )
    assert (value.kind, value.text, texts(value.parts[0])) == ("new", "Ljava/io/File;", ["/proc/cpuinfo"])


def test_the_result_of_a_call_keeps_its_arguments():
    parse = f"Landroid/net/Uri;->parse({S})Landroid/net/Uri;"
    value = held(f'const-string v2, "content://sms"\ninvoke-static {{v2}}, {parse}\nmove-result-object v0\n{use()}')
    assert (value.kind, value.text, value.parts[0].text) == ("call", parse, "content://sms")
