"""Of which classes an object may be, with the real call graph."""

import pytest
from dexassembler import assemble

from analyzer.dex import Query, load
from analyzer.dex.flow.linked import Linked
from analyzer.dex.flow.objects import Objects
from analyzer.dex.graph import build_graph

RUN = "Ljava/lang/Runnable;->run()V"
RUNNABLES = """
.class Lapp/One; implements Ljava/lang/Runnable;
.method public constructor <init>()V
return-void
.end
.method public run()V
return-void
.end
.class Lapp/Two; implements Ljava/lang/Runnable;
.method public constructor <init>()V
return-void
.end
.method public run()V
return-void
.end
"""


class Table:
    """A platform of which only Activity is known."""

    def known(self, descriptor):
        return descriptor.startswith(("Ljava/", "Landroid/"))

    def supers(self, descriptor):
        return ()

    def methods(self, descriptor):
        return {"Landroid/app/Activity;": ("onCreate(Landroid/os/Bundle;)V", "give(*")}.get(descriptor, ())

    def callbacks(self, descriptor):
        return ()


def kinds(text, method=RUN):
    index = load([("classes.dex", assemble(RUNNABLES + text))])
    graph = build_graph(index, Table())
    objects = Objects(index.flow.program, Linked(graph, index.flow.program, Table()))
    site = next(site for site in index.find(Query(methods=frozenset([method]))).sites if site.kind == "call")
    found = objects.objects(site.part, site.item, site.offset, 0)
    return None if found is None else sorted(found.classes)


def cls(*methods, head=".class Lapp/A;"):
    return "\n".join((head, *methods))


def method(name, *body):
    return "\n".join((f".method {name}", *body, ".end"))


CALL = f"invoke-interface {{v0}}, {RUN}"
NEW_ONE = "new-instance v0, Lapp/One;\ninvoke-direct {v0}, Lapp/One;-><init>()V"
NEW_TWO = "new-instance v0, Lapp/Two;\ninvoke-direct {v0}, Lapp/Two;-><init>()V"


def test_an_object_made_in_the_method_and_either_of_two():
    assert kinds(cls(method("static m()V", NEW_ONE, CALL, "return-void"))) == ["Lapp/One;"]
    both = method("static m()V", NEW_ONE, "if-eqz v5, :a", NEW_TWO, ":a", CALL, "return-void")
    assert kinds(cls(both)) == ["Lapp/One;", "Lapp/Two;"]
    null = method("static m()V", "const/4 v0, 0", CALL, "return-void")
    assert kinds(cls(null)) == []


def test_a_field_holds_what_all_methods_store():
    read = method("static m()V", "sget-object v0, Lapp/A;->task:Ljava/lang/Runnable;", CALL, "return-void")
    one = method("static a()V", NEW_ONE, "sput-object v0, Lapp/A;->task:Ljava/lang/Runnable;", "return-void")
    two = method("static b()V", NEW_TWO, "sput-object v0, Lapp/A;->task:Ljava/lang/Runnable;", "return-void")
    head = ".class Lapp/A;\n.field task:Ljava/lang/Runnable; static"
    assert kinds(cls(read, one, head=head)) == ["Lapp/One;"]
    assert kinds(cls(read, one, two, head=head)) == ["Lapp/One;", "Lapp/Two;"]


@pytest.mark.parametrize("flags", ["static", "private static"])
def test_a_parameter_is_what_all_callers_pass(flags):
    run = method(f"{flags} run(Ljava/lang/Runnable;)V", "move-object v0, p0", CALL, "return-void")
    first = method("static a()V", NEW_ONE, "invoke-static {v0}, Lapp/A;->run(Ljava/lang/Runnable;)V", "return-void")
    second = method("static b()V", NEW_TWO, "invoke-static {v0}, Lapp/A;->run(Ljava/lang/Runnable;)V", "return-void")
    assert kinds(cls(run, first)) == ["Lapp/One;"]
    assert kinds(cls(run, first, second)) == ["Lapp/One;", "Lapp/Two;"]
    assert kinds(cls(run)) is None  # nobody is seen to call it


def test_an_object_in_a_field_set_by_the_constructor():
    head = ".class Lapp/A;\n.field task:Ljava/lang/Runnable; private final"
    code = cls(
        method("public constructor <init>(Ljava/lang/Runnable;)V", "iput-object p1, p0, Lapp/A;->task:Ljava/lang/Runnable;", "return-void"),
        method("public go()V", "iget-object v0, p0, Lapp/A;->task:Ljava/lang/Runnable;", CALL, "return-void"),
        method("static make()V", NEW_TWO, "new-instance v1, Lapp/A;", "invoke-direct {v1, v0}, Lapp/A;-><init>(Ljava/lang/Runnable;)V", "return-void"),
        head=head,
    )  # fmt: skip
    assert kinds(code) == ["Lapp/Two;"]


def test_a_result_is_what_the_method_returns_whichever_class_answers():
    make = method("static make()Ljava/lang/Runnable;", NEW_ONE, "return-object v0")
    use = method(
        "static m()V",
        "invoke-static {}, Lapp/A;->make()Ljava/lang/Runnable;",
        "move-result-object v0",
        CALL,
        "return-void",
    )
    assert kinds(cls(make, use)) == ["Lapp/One;"]
    virtual = f"""
        .class abstract Lapp/F; abstract
        .method public abstract make()Ljava/lang/Runnable;
        .end
        .class Lapp/G; extends Lapp/F;
        {method("public make()Ljava/lang/Runnable;", NEW_ONE, "return-object v0")}
        .class Lapp/H; extends Lapp/F;
        {method("public make()Ljava/lang/Runnable;", NEW_TWO, "return-object v0")}
        """.replace("class abstract ", "class ")
    asks = method(
        "static m(Lapp/F;)V",
        "invoke-virtual {p0}, Lapp/F;->make()Ljava/lang/Runnable;",
        "move-result-object v0",
        CALL,
        "return-void",
    )
    assert kinds(virtual + cls(asks)) == ["Lapp/One;", "Lapp/Two;"]


@pytest.mark.parametrize(
    "origin",
    [
        "invoke-static {}, Lx/X;->make()Ljava/lang/Runnable;\nmove-result-object v0",
        "aget-object v0, v3, v4",
        "iget-object v0, v3, Lx/X;->task:Ljava/lang/Runnable;",
    ],
)
def test_what_comes_from_outside_or_an_array_cannot_be_told(origin):
    assert kinds(cls(method("static m()V", origin, CALL, "return-void"))) is None


def test_a_parameter_of_a_method_that_the_platform_calls_cannot_be_told():
    def activity(name):
        run = method(f"public {name}(Ljava/lang/Runnable;)V", "move-object v0, p1", CALL, "return-void")
        call = method(
            "public other()V",
            NEW_ONE,
            f"invoke-virtual {{p0, v0}}, Lapp/A;->{name}(Ljava/lang/Runnable;)V",
            "return-void",
        )
        return kinds(cls(run, call, head=".class Lapp/A; extends Landroid/app/Activity;"))

    assert activity("mine") == ["Lapp/One;"]
    assert activity("give") is None


def test_objects_that_pass_each_other_around_in_a_ring_end():
    ring = cls(
        method("static a(Ljava/lang/Runnable;)V", "invoke-static {p0}, Lapp/A;->b(Ljava/lang/Runnable;)V", "return-void"),
        method("static b(Ljava/lang/Runnable;)V", "move-object v0, p0", CALL, "invoke-static {p0}, Lapp/A;->a(Ljava/lang/Runnable;)V", "return-void"),
        method("static c()V", NEW_ONE, "invoke-static {v0}, Lapp/A;->a(Ljava/lang/Runnable;)V", "return-void"),
    )  # fmt: skip
    assert kinds(ring) == ["Lapp/One;"]
