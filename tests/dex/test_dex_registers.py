from dexwriter import Class, Code, Ref, write_dex

from analyzer.dex import Query, load

GET = "Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;"
PARSE = "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"
EXEC = "Ljava/lang/Runtime;->exec([Ljava/lang/String;)Ljava/lang/Process;"
TAKES = "Lp/X;->f(JLjava/lang/String;I)V"


def string(register, text):
    return [0x1A | register << 8, Ref("string", text)]


def invoke(opcode, method, *registers):
    five = [*registers, 0, 0, 0, 0, 0][:5]
    return [
        opcode | five[4] << 8 | len(registers) << 12,
        Ref("method", method),
        five[0] | five[1] << 4 | five[2] << 8 | five[3] << 12,
    ]


def site_of(*parts, method, tries=()):
    units = [unit for part in parts for unit in part]
    data = write_dex(
        [Class("Lapp/A;", [("m", "()V", Code([*units, 0x0E], tries=tries))])], extra_strings=("k", "other")
    )
    sites = load([("classes.dex", data)]).find(Query(methods=frozenset([method]))).sites
    return sites[-1]


def test_a_constant_reaches_its_call():
    site = site_of(string(1, "android_id"), invoke(0x71, GET, 0, 1), method=GET)
    assert (site.argument(1).kind, site.argument(1).text) == ("string", "android_id")
    assert site.argument(0).kind == "unknown"


def test_moves_are_followed_and_overwriting_is_seen():
    site = site_of(string(3, "k"), [0x07 | 1 << 8 | 3 << 12], string(3, "other"), invoke(0x71, GET, 0, 1), method=GET)
    assert site.argument(1).text == "k"
    site = site_of(string(1, "k"), [0x0B | 0 << 8], invoke(0x71, GET, 0, 1), method=GET)  # move-result-wide v0 fills v1
    assert site.argument(1).kind == "unknown"


def test_a_branch_target_between_constant_and_call_makes_it_unknown():
    # if-eqz v0 jumps to the call, past a second assignment
    site = site_of(string(1, "k"), [0x38, 4], string(1, "other"), invoke(0x71, GET, 0, 1), method=GET)
    assert site.argument(1).kind == "unknown"
    site = site_of([0x38, 4], string(1, "other"), invoke(0x71, GET, 0, 1), method=GET)
    assert site.argument(1).kind == "unknown"


def test_a_target_before_the_constant_does_no_harm():
    site = site_of([0x38, 2], string(1, "k"), invoke(0x71, GET, 0, 1), method=GET)
    assert site.argument(1).text == "k"


def test_an_exception_handler_and_a_goto_end_what_is_known():
    handler = site_of(string(1, "k"), invoke(0x71, GET, 0, 1), method=GET, tries=((0, 2, (2,)),))
    assert handler.argument(1).kind == "unknown"
    jumped = site_of(string(1, "k"), [0x28 | 1 << 8], invoke(0x71, GET, 0, 1), method=GET)
    assert jumped.argument(1).kind == "unknown"


def test_a_switch_target_ends_what_is_known():
    # packed-switch at unit 0 to a payload behind the return, whose only case is the call at unit 5
    code = [[0x2B, 9, 0], string(1, "k"), invoke(0x71, GET, 0, 1), [0x0E], [0x0100, 1, 0, 0, 5, 0]]
    site = site_of(*code, method=GET)
    assert site.argument(1).kind == "unknown"
    code[-1] = [0x0100, 1, 0, 0, 3, 0]  # the case is the constant itself
    assert site_of(*code, method=GET).argument(1).text == "k"


def test_ranges_wide_parameters_and_integers_fall_on_the_right_registers():
    units = [*string(7, "k"), 0x13 | 8 << 8, 0xFFFE, 0x77 | 4 << 8, Ref("method", TAKES), 5]  # v5,v6 = long, v7, v8
    site = site_of(units, method=TAKES)
    assert [value.text for value in site.arguments()] == ["", "k", "-2"]


def test_the_result_of_a_call_keeps_its_arguments():
    use = "Lp/X;->query(Landroid/net/Uri;)V"
    site = site_of(
        string(2, "content://sms"), invoke(0x71, PARSE, 2), [0x0C | 4 << 8], invoke(0x71, use, 4), method=use
    )
    value = site.argument(0)
    assert (value.kind, value.text, value.parts[0].text) == ("call", PARSE, "content://sms")


def test_array_elements_are_read_in_both_forms():
    stored = [
        [0x12 | 1 << 8 | 2 << 12], [0x23 | 2 << 8 | 1 << 12, Ref("type", "[Ljava/lang/String;")],
        [0x12 | 3 << 8], string(4, "getprop"), [0x4D | 4 << 8, 2 | 3 << 8],
        [0x12 | 3 << 8 | 1 << 12], string(4, "ro.serialno"), [0x4D | 4 << 8, 2 | 3 << 8],
        invoke(0x6E, EXEC, 0, 2),
    ]  # fmt: skip
    assert [value.text for value in site_of(*stored, method=EXEC).array(0)] == ["getprop", "ro.serialno"]
    filled = [
        string(1, "ps"), string(2, "-A"), [0x24 | 2 << 12, Ref("type", "[Ljava/lang/String;"), 1 | 2 << 4], [0x0C | 3 << 8],
        invoke(0x6E, EXEC, 0, 3),
    ]  # fmt: skip
    assert [value.text for value in site_of(*filled, method=EXEC).array(0)] == ["ps", "-A"]
