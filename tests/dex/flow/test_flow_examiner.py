"""Single steps of chains, as the search puts them before the examiner, with the real call graph."""

from types import SimpleNamespace

import pytest
from dexassembler import assemble

from analyzer.catalogue.words import GuardWords
from analyzer.dex import Query, load
from analyzer.dex.flow.examiner import Examiner, SdkCalls, Switch
from analyzer.dex.graph import NoPlatform, build_graph

S = "Ljava/lang/String;"
GET = f"Landroid/content/SharedPreferences;->getBoolean({S}Z)Z"
WORDS = GuardWords({"getters": {GET: 0}, "consent": ["agree*"], "other": []})
POST = "Landroid/os/Handler;->post(Ljava/lang/Runnable;)Z"
CLASSES = "".join(
    f"""
.class Lapp/{name}; implements Ljava/lang/Runnable;
.method public constructor <init>()V
return-void
.end
.method public run()V
return-void
.end"""
    for name in ("Early", "Click")
)
SDK = SdkCalls(
    preinit=frozenset({"Lcom/sdk/Init;->preInit(*"}),
    switches=(Switch("Lcom/sdk/Auth;->set(Z)V", 0, stops=False, sdk="sdk"),),
    sdk_of=lambda name: "sdk" if name.startswith("Lcom/sdk/") else None,
)
POSTED = f"new-instance v1, Lapp/Early;\ninvoke-direct {{v1}}, Lapp/Early;-><init>()V\ninvoke-virtual {{v0, v1}}, {POST}\nmove-result v2"


def examine(body, method, target="Lapp/Early;", argument=0, start=True, link="scheduled", more=""):
    text = f"{CLASSES}\n.class Lapp/A;\n.method static m()V\n{body}\nreturn-void\n.end\n{more}"
    index = load([("classes.dex", assemble(text))])
    examiner = Examiner(index.flow, build_graph(index, NoPlatform()), NoPlatform(), WORDS, SDK)
    site = [site for site in index.find(Query(methods=frozenset([method]))).sites if site.kind == "call"][-1]
    step = SimpleNamespace(
        part=site.part, item=site.item, offset=site.offset, reference=site.ref, link=link, argument=argument,
        start=start, lands=lambda kind: kind == target,
    )  # fmt: skip
    return examiner(step)


def test_the_object_at_the_call_keeps_its_own_method_and_refutes_others():
    assert examine(POSTED, POST) == "keep"
    assert examine(POSTED, POST, target="Lapp/Click;") == "refute"


def test_an_object_that_cannot_be_followed_is_doubtful():
    unknown = f"invoke-static {{}}, Lx/X;->make()Ljava/lang/Runnable;\nmove-result-object v1\ninvoke-virtual {{v0, v1}}, {POST}"
    assert examine(unknown, POST) == "dispatch_unsure"


def test_a_call_that_no_object_decides_is_kept():
    assert examine("invoke-static {}, Lapp/B;->f()V", "Lapp/B;->f()V", argument=None, link="call") == "keep"


GUARDED = f"""
    const-string v5, "agreed"
    const/4 v6, 0
    invoke-interface {{v4, v5, v6}}, {GET}
    move-result v7
    if-eqz v7, :end
    %s
    :end"""


def test_a_guard_is_a_doubt_before_consent_only():
    assert examine(GUARDED % POSTED, POST) == ("consent_guard", 'preference "agreed" in Lapp/A;->m()V')
    assert examine(GUARDED % POSTED, POST, start=False) == "keep"
    assert examine(GUARDED % POSTED, POST, target="Lapp/Click;") == "refute"


@pytest.mark.parametrize(
    ("name", "verdict"), [("preInit", ("sdk_preinit", "Lcom/sdk/Init;->preInit()V")), ("init", "keep")]
)
def test_a_listed_call_before_collection_is_a_doubt(name, verdict):
    call = f"Lcom/sdk/Init;->{name}()V"
    assert examine(f"invoke-static {{}}, {call}", call, argument=None, link="call") == verdict


def switched(*values):
    off = "\n".join(f"const/4 v1, {value}\ninvoke-static {{v1}}, Lcom/sdk/Auth;->set(Z)V" for value in values)
    call = "Lcom/sdk/Init;->init()V"
    return examine(f"{off}\ninvoke-static {{}}, {call}", call, argument=None, link="call")


def test_a_switch_that_was_turned_off_just_before_is_a_doubt():
    assert switched(0) == ("sdk_preinit", "Lcom/sdk/Auth;->set(Z)V")
    assert switched(1) == "keep"
    assert switched(0, 1) == "keep"
    assert switched() == "keep"


def test_a_crowd_of_objects_in_one_parameter_is_doubtful():
    def one(number):
        return f".class Lapp/R{number}; extends Lapp/Early;"

    calls = "\n".join(
        f"new-instance v0, Lapp/R{n};\ninvoke-static {{v0}}, Lapp/B;->go(Ljava/lang/Runnable;)V" for n in range(9)
    )
    pool = f".class Lapp/B;\n.method static go(Ljava/lang/Runnable;)V\nmove-object v1, p0\ninvoke-virtual {{v0, v1}}, {POST}\nreturn-void\n.end\n"
    more = pool + "\n".join(one(number) for number in range(9))
    assert examine(calls, POST, target="Lapp/R3;", more=more) == "dispatch_unsure"
    few = "\n".join(calls.splitlines()[:4])
    assert examine(few, POST, target="Lapp/R1;", more=more) == "keep"
    assert examine(few, POST, target="Lapp/R3;", more=more) == "refute"


def test_reads_are_guarded_when_all_of_them_are():
    read = "Lx/Phone;->imei()V"
    body = GUARDED % f"invoke-static {{}}, {read}"
    for text, guarded in ((body, True), (f"{body}\ninvoke-static {{}}, {read}", False)):
        index = load([("classes.dex", assemble(f".class Lapp/A;\n.method static m()V\n{text}\nreturn-void\n.end"))])
        examiner = Examiner(index.flow, build_graph(index, NoPlatform()), NoPlatform(), WORDS)
        sites = index.find(Query(methods=frozenset([read]))).sites
        assert (examiner.read_guard([(s.part, s.item, s.offset) for s in sites]) is not None) == guarded
