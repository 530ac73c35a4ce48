"""`Method.definitions` against every path of small random programs, walked one state at a time."""

from dexassembler import LOCALS, assemble
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import load

REGISTERS = 3
REGISTER = st.integers(0, REGISTERS - 1)


@st.composite
def programs(draw):
    size = draw(st.integers(2, 10))
    place = st.integers(0, size - 1)
    step = st.one_of(
        st.tuples(st.just("set"), REGISTER),
        st.tuples(st.just("move"), REGISTER, REGISTER),
        st.tuples(st.just("wide"), st.integers(0, REGISTERS - 2)),
        st.tuples(st.just("movewide"), st.integers(0, REGISTERS - 2), st.integers(0, REGISTERS - 2)),
        st.tuples(st.just("call")),
        st.tuples(st.just("if"), place),
        st.tuples(st.just("goto"), place),
        st.tuples(st.just("switch"), place, place),
        st.tuples(st.just("return")),
    )
    steps = draw(st.lists(step, min_size=size, max_size=size))
    steps.append(("return",))
    guard = draw(st.none() | st.tuples(place, place, place))
    return steps, guard


def source(steps, guard):
    lines = []
    for number, step in enumerate(steps):
        lines.append(f":l{number}")
        match step:
            case ("set", a):
                lines.append(f"const/16 v{a}, {number}")
            case ("move", a, b):
                lines.append(f"move v{a}, v{b}")
            case ("wide", a):
                lines.append(f"const-wide/16 v{a}, {number}")
            case ("movewide", a, b):
                lines.append(f"move-wide v{a}, v{b}")
            case ("call",):
                lines.append("invoke-static {}, Lx/X;->f()V")
            case ("if", target):
                lines.append(f"if-eqz v0, :l{target}")
            case ("goto", target):
                lines.append(f"goto :l{target}")
            case ("switch", one, two):
                lines += ["packed-switch v0", f".switch :l{one} 0 :l{two} 1"]
            case ("return",):
                lines.append("return-void")
    if guard and guard[0] < guard[1]:
        lines.append(f".catch :l{guard[0]} :l{guard[1]} :l{guard[2]}")
    return f".class Lapp/A;\n.method public static m(II)V\n{chr(10).join(lines)}\n.end"


def walk(steps, guard):  # noqa: C901  # one branch for each kind of step
    """Return instruction → register → the numbers of the instructions whose value it holds on some path."""
    registers = LOCALS + 2
    seen, stack = set(), [(0, tuple(-1 - number for number in range(registers)))]
    held = {}
    while stack:
        state = stack.pop()
        if state in seen:
            continue
        seen.add(state)
        number, values = state
        for register, value in enumerate(values):
            held.setdefault((number, register), set()).add(value)
        step, after, now = steps[number], [number + 1], list(values)
        match step:
            case ("set", a):
                now[a] = number
            case ("move", a, b):
                now[a] = values[b]
            case ("wide", a):
                now[a] = now[a + 1] = number
            case ("movewide", a, b):
                now[a], now[a + 1] = values[b], values[b + 1]
            case ("call",):
                if guard and guard[0] <= number < guard[1]:
                    after.append(guard[2])
            case ("if", target):
                after.append(target)
            case ("goto", target):
                after = [target]
            case ("switch", one, two):
                after += [one, two]
            case ("return",):
                after = []
        stack += [(target, tuple(now)) for target in after]
    return held


def decoded(text):
    index = load([("classes.dex", assemble(text))])
    return index.flow.program.method(0, 0)


@settings(max_examples=250, deadline=None)
@given(programs())
def test_definitions_are_those_of_all_paths(program):
    steps, guard = program
    method = decoded(source(steps, guard))
    held = walk(steps, guard)
    for number in range(len(steps)):
        for register in range(REGISTERS):
            expected = {value if value < 0 else method.positions[value] for value in held.get((number, register), ())}
            if expected:  # else the instruction never runs
                assert method.definitions(method.positions[number], register) == expected


def test_a_method_of_sixty_thousand_instructions_is_followed_or_given_up_in_steps():
    lines = ["const/16 v1, 1", *["add-int/lit8 v0, v0, 1"] * 30000, "move v2, v1", "return-void"]
    method = decoded(f".class Lapp/A;\n.method public static m()V\n{chr(10).join(lines)}\n.end")
    assert method.definitions(method.positions[-1], 2) is None  # too far
    assert method.definitions(method.positions[-1], 0) == {method.positions[-3]}
    assert method.definitions(method.positions[100], 1) == {0}


def test_exception_ranges_that_overlap_make_everything_unknown():
    text = ".class Lapp/A;\n.method public static m()V\n:a\ninvoke-static {}, Lx/X;->f()V\n:b\ninvoke-static {}, Lx/X;->f()V\n:c\nreturn-void\n.catch :a :c :a\n.catch :b :c :b\n.end"
    method = decoded(text)
    assert method.blocks is None
    assert method.definitions(method.positions[-1], 0) is None
