"""Trust managers that ask and ignore the answer, and their twins that pass it on."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "dex"))
from dexassembler import assemble

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract import reach
from analyzer.extract.owners import Owners
from analyzer.extract.security import build_query, find_in_code

S, OBJECT, T = "Ljava/lang/String;", "Ljava/lang/Object;", "Lcom/school/app/T;"
MANAGER, CHAIN = "Ljavax/net/ssl/X509TrustManager;", "[Ljava/security/cert/X509Certificate;"
EXTENDED = "Ljavax/net/ssl/X509ExtendedTrustManager;"
CHECK = f"checkServerTrusted({CHAIN}{S})V"
SOCKET = f"checkServerTrusted({CHAIN}{S}Ljava/net/Socket;)V"
INIT = "Ljavax/net/ssl/SSLContext;->init([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V"
REFUSAL = "Ljava/security/cert/CertificateException;"
ASK = f"iget-object v0, p0, {T}->real:{MANAGER}\n:from\ninvoke-interface {{v0, p1, p2}}, {MANAGER}->{CHECK}\n:to"
USE = (
    f".class Lcom/school/app/A; extends Landroid/app/Activity;\n.method public m()V\nnew-instance v3, {T}\n"
    f"invoke-direct {{v3}}, {T}-><init>()V\nconst/4 v1, 1\nnew-array v2, v1, [Ljavax/net/ssl/TrustManager;\n"
    f"const/4 v1, 0\naput-object v3, v2, v1\ninvoke-virtual {{v0, v4, v2, v5}}, {INIT}\nreturn-void\n.end\n"
)


@pytest.fixture
def found():
    catalogue = load_catalogue()

    def find(*methods, base=f"implements {MANAGER}"):
        text = f"{USE}.class {T} {base}\n.method public constructor <init>()V\nreturn-void\n.end\n" + "\n".join(methods)
        index = load([("classes.dex", assemble(text))])
        hits = index.find(build_query(catalogue))
        reach.link(index, catalogue)
        rows = find_in_code(hits, catalogue, Owners(catalogue, "com.school.app", ()))
        return [(row.kind, row.certainty, row.detail.partition(": ")[2]) for row in rows]

    return find


def method(body, name=CHECK, flags="public"):
    return f".method {flags} {name}\n{body}\n.end"


def caught(handler, kind=REFUSAL):
    return method(f"{ASK}\nreturn-void\n:handler\nmove-exception v1\n{handler}\n.catch :from :to :handler {kind}")


IGNORED = [("tls.trust_all", "proven", "ignores a refusal by the check that it calls")]


@pytest.mark.parametrize("kind", [REFUSAL, "Ljava/lang/Exception;", "Ljava/lang/Throwable;"])
def test_a_refusal_that_is_caught_and_forgotten_is_no_check(found, kind):
    assert found(caught("return-void", kind)) == IGNORED
    told = f"invoke-virtual {{v1}}, {REFUSAL}->printStackTrace()V\nreturn-void"
    assert found(caught(told, kind)) == IGNORED


@pytest.mark.parametrize(
    "check",
    [
        method(f"{ASK}\nreturn-void"),
        caught("return-void", "Ljava/lang/NullPointerException;"),
        caught("throw v1"),
        caught(f"invoke-static {{p1}}, Lx/Ask;->user({CHAIN})V\nreturn-void"),
        caught(f"iput-object v1, p0, {T}->refused:{REFUSAL}\nreturn-void"),
        caught(f"invoke-interface {{v0, p1, p2}}, {MANAGER}->{CHECK}\nreturn-void"),
        caught(
            f"new-instance v1, {REFUSAL}\n:a\nthrow v1\n:b\n:again\nmove-exception v2\nthrow v2\n.catch :a :b :again"
        ),
    ],
)
def test_one_that_passes_the_refusal_on_or_asks_somebody_else_is_not_accused(found, check):
    assert found(check) == []


def test_a_throw_counts_unless_everything_is_caught(found):
    def thrown(kind):
        return method(
            f"new-instance v0, {REFUSAL}\n:from\nthrow v0\n:to\n:handler\nmove-exception v1\nreturn-void\n"
            f".catch :from :to :handler {kind}"
        )

    assert found(thrown("Ljava/lang/Exception;")) == [("tls.trust_all", "proven", "checks nothing")]
    assert found(thrown("Ljava/io/IOException;")) == []


def test_a_method_of_the_package_that_the_check_leaves_it_to_is_looked_into(found):
    left = method(f"invoke-static {{p1}}, {T}->look({CHAIN})V\nreturn-void")
    look = f"look({CHAIN})V"
    assert found(left, method("return-void", look, "public static")) == [("tls.trust_all", "proven", "checks nothing")]
    refusing = f"new-instance v0, {REFUSAL}\nthrow v0"
    assert found(left, method(refusing, look, "public static")) == []
    itself = f"invoke-static {{p0}}, {T}->look({CHAIN})V\nreturn-void"
    assert found(left, method(itself, look, "public static")) == []


def test_of_an_extended_manager_every_form_of_the_question_has_to_be_empty(found):
    base, empty = f"extends {EXTENDED}", method("return-void")
    assert found(empty, method("return-void", SOCKET), base=base) == [("tls.trust_all", "proven", "checks nothing")]
    asking = method(f"invoke-virtual {{p3}}, {OBJECT}->hashCode()I\nreturn-void", SOCKET)
    assert found(empty, asking, base=base) == []
