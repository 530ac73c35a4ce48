"""Settings, keys and checks of certificates in byte code: each with a twin that differs in what decides."""

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

S, OBJECT = "Ljava/lang/String;", "Ljava/lang/Object;"
SETTINGS, WEB = "Landroid/webkit/WebSettings;", "Landroid/webkit/WebView;"
MANAGER, CHAIN = "Ljavax/net/ssl/X509TrustManager;", "[Ljava/security/cert/X509Certificate;"
CHECK = f"checkServerTrusted({CHAIN}{S})V"
VERIFIER, SESSION = "Ljavax/net/ssl/HostnameVerifier;", "Ljavax/net/ssl/SSLSession;"
INIT = "Ljavax/net/ssl/SSLContext;->init([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V"
HTTPS = "Ljavax/net/ssl/HttpsURLConnection;"
BAD = "Ljava/security/cert/CertificateException;"
MAKE = "new-instance v3, Lcom/school/app/T;\ninvoke-direct {v3}, Lcom/school/app/T;-><init>()V"
CONSTRUCTOR = f".method public constructor <init>()V\ninvoke-direct {{p0}}, {OBJECT}-><init>()V\nreturn-void\n.end"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def found(catalogue):
    """Return {(kind, certainty, detail, simple name of the caller)} of a method's body and more classes."""

    def find(body, *more, package="com.school.app", flags="public"):
        text = f".class Lcom/school/app/A; extends Landroid/app/Activity;\n.method {flags} m()V\n{body}\nreturn-void\n.end\n"
        index = load([("classes.dex", assemble(text + "\n".join(more)))])
        hits = index.find(build_query(catalogue))
        reach.link(index, catalogue)
        rows = find_in_code(hits, catalogue, Owners(catalogue, package, ()))
        short = (row.caller.partition("(")[0].rpartition("/")[2] for row in rows)
        return {(row.kind, row.certainty, row.detail, caller) for row, caller in zip(rows, short, strict=True)}

    return find


def kinds(rows):
    return sorted((kind, certainty) for kind, certainty, *_ in rows)


# --- WebView ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("setAllowFileAccessFromFileURLs(Z)V", "webview.file_urls"),
        ("setAllowUniversalAccessFromFileURLs(Z)V", "webview.universal_file_urls"),
        ("setJavaScriptEnabled(Z)V", "webview.javascript_enabled"),
        ("setAllowFileAccess(Z)V", "webview.file_access"),
    ],
)
def test_a_switch_counts_where_it_is_on(found, call, kind):
    use = f"invoke-virtual {{v0, v1}}, {SETTINGS}->{call}"
    assert kinds(found(f"const/4 v1, 1\n{use}")) == [(kind, "proven")]
    assert found(f"const/4 v1, 0\n{use}") == set()
    assert found(f"invoke-static {{}}, Lx/X;->flag()Z\nmove-result v1\n{use}") == set()
    either = f"const/4 v1, 0\nif-eqz v5, :a\nconst/4 v1, 1\n:a\n{use}"
    assert kinds(found(either)) == [(kind, "probable")]


def test_passwords_saved_and_refused_are_two_kinds(found):
    use = f"invoke-virtual {{v0, v1}}, {SETTINGS}->setSavePassword(Z)V"
    assert kinds(found(f"const/4 v1, 1\n{use}")) == [("webview.save_password", "proven")]
    assert kinds(found(f"const/4 v1, 0\n{use}")) == [("webview.password_refused", "proven")]


def test_mixed_content_counts_where_it_is_always_allowed(found):
    use = f"invoke-virtual {{v0, v1}}, {SETTINGS}->setMixedContentMode(I)V"
    assert kinds(found(f"const/4 v1, 0\n{use}")) == [("webview.mixed_content", "proven")]
    assert found(f"const/4 v1, 2\n{use}") == set()


def test_debugging_behind_a_condition_is_only_probable_but_the_phones_release_is_none(found):
    use = f"const/4 v1, 1\ninvoke-static {{v1}}, {WEB}->setWebContentsDebuggingEnabled(Z)V"
    assert kinds(found(use)) == [("webview.debugging", "proven")]
    debug = f"sget-boolean v2, Lcom/school/app/B;->DEBUG:Z\nif-eqz v2, :end\n{use}\n:end"
    assert kinds(found(debug)) == [("webview.debugging", "probable")]
    release = f"sget v2, Landroid/os/Build$VERSION;->SDK_INT:I\nconst/16 v3, 19\nif-lt v2, v3, :end\n{use}\n:end"
    assert kinds(found(release)) == [("webview.debugging", "proven")]


def test_an_interface_names_its_class_and_what_pages_call_it(found):
    add = f"{WEB}->addJavascriptInterface({OBJECT}{S})V"
    new = f'{MAKE}\nconst-string v4, "app"\ninvoke-virtual {{v0, v3, v4}}, {add}'
    assert {row[2] for row in found(new)} == {"com.school.app.T “app”"}
    itself = f'const-string v4, "app"\ninvoke-virtual {{v0, p0, v4}}, {add}'
    assert {row[2] for row in found(itself)} == {"com.school.app.A “app”"}
    other = f'const-string v4, "app"\ninvoke-virtual {{v0, p0, v4}}, Lx/Web;->addJavascriptInterface({OBJECT}{S})V'
    assert found(other) == set()


def client(body):
    shape = f"{WEB}Landroid/webkit/SslErrorHandler;Landroid/net/http/SslError;"
    return f".class Lcom/school/app/C; extends Landroid/webkit/WebViewClient;\n.method public onReceivedSslError({shape})V\n{body}\nreturn-void\n.end"


PROCEED = "invoke-virtual {p2}, Landroid/webkit/SslErrorHandler;->proceed()V"
CANCEL = "invoke-virtual {p2}, Landroid/webkit/SslErrorHandler;->cancel()V"


def test_going_on_in_spite_of_errors_is_proven_where_nothing_is_asked(found):
    assert kinds(found("", client(PROCEED))) == [("webview.ssl_error", "proven")]
    assert kinds(found("", client(f"if-eqz p2, :end\n{PROCEED}\n:end"))) == [("webview.ssl_error", "proven")]


@pytest.mark.parametrize(
    "body",
    [
        CANCEL,
        f"sget-boolean v0, Lcom/school/app/B;->DEBUG:Z\nif-eqz v0, :no\n{PROCEED}\nreturn-void\n:no\n{CANCEL}",
        f"invoke-virtual {{p3}}, Landroid/net/http/SslError;->getPrimaryError()I\nmove-result v0\nif-nez v0, :end\n{PROCEED}\n:end",
        "invoke-static {p2}, Lcom/school/app/Ask;->user(Landroid/webkit/SslErrorHandler;)V",
    ],
)
def test_a_client_that_decides_or_asks_is_not_accused(found, body):
    assert found("", client(body)) == set()


# --- certificates and hosts ------------------------------------------------------------------------------------------


def manager(body, extra=CONSTRUCTOR):
    return f".class Lcom/school/app/T; implements {MANAGER}\n{extra}\n.method public {CHECK}\n{body}\n.end"


HAND_OVER = (
    f"{MAKE}\nconst/4 v1, 1\nnew-array v2, v1, [Ljavax/net/ssl/TrustManager;\nconst/4 v1, 0\naput-object v3, v2, v1\n"
    f"invoke-virtual {{v0, v4, v2, v5}}, {INIT}"
)


def test_a_trust_manager_that_is_handed_over_and_checks_nothing_is_proven_at_the_place_of_use(found):
    assert found(HAND_OVER, manager("return-void")) == {
        ("tls.trust_all", "proven", "com.school.app.T: checks nothing", "A;->m")
    }


def test_one_that_is_only_made_is_probable_and_one_that_nothing_makes_is_present(found):
    assert found(MAKE, manager("return-void")) == {
        ("tls.trust_all", "probable", "com.school.app.T: checks nothing", "A;->m")
    }
    assert found("", manager("return-void")) == {
        ("tls.trust_all", "present", "com.school.app.T: checks nothing", "T;->checkServerTrusted")
    }


def test_a_heir_and_an_array_in_a_field_lead_to_the_same_class(found):
    heir = ".class Lcom/school/app/H; extends Lcom/school/app/T;\n" + CONSTRUCTOR.replace(OBJECT, "Lcom/school/app/T;")
    by_heir = HAND_OVER.replace("Lcom/school/app/T;", "Lcom/school/app/H;")
    assert kinds(found(by_heir, manager("return-void"), heir)) == [("tls.trust_all", "proven")]
    strict = f"{heir}\n.method public {CHECK}\ninvoke-static {{p1}}, Lx/X;->check({CHAIN})V\nreturn-void\n.end"
    assert kinds(found(by_heir, manager("return-void"), strict)) == [("tls.trust_all", "probable")]
    field = "Lcom/school/app/F;->ALL:[Ljavax/net/ssl/TrustManager;"
    holder = (
        ".class Lcom/school/app/F;\n.field ALL:[Ljavax/net/ssl/TrustManager; public static final\n"
        f".method static constructor <clinit>()V\n{HAND_OVER.rpartition('invoke')[0]}sput-object v2, {field}\nreturn-void\n.end"
    )
    rows = found(f"sget-object v2, {field}\ninvoke-virtual {{v0, v4, v2, v5}}, {INIT}", manager("return-void"), holder)
    assert {row[1:] for row in rows} == {("proven", "com.school.app.T: checks nothing", "A;->m")}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("if-nez p1, :ok\nnew-instance v0, Ljava/lang/IllegalArgumentException;\ninvoke-direct {v0}, Ljava/lang/IllegalArgumentException;-><init>()V\nthrow v0\n:ok\nreturn-void", "checks nothing"),
        ('const-string v0, "t"\ninvoke-static {v0, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I\nreturn-void', "checks nothing"),
        ("const/4 v0, 0\naget-object v1, p1, v0\ninvoke-virtual {v1}, Ljava/security/cert/X509Certificate;->checkValidity()V\nreturn-void", "checks only the dates"),
    ],
)  # fmt: skip
def test_what_cannot_find_a_bad_certificate_is_no_check(found, body, detail):
    assert {row[2] for row in found(HAND_OVER, manager(body))} == {f"com.school.app.T: {detail}"}


@pytest.mark.parametrize(
    "body",
    [
        f"new-instance v0, {BAD}\ninvoke-direct {{v0}}, {BAD}-><init>()V\nthrow v0",
        f"iget-object v0, p0, Lcom/school/app/T;->real:{MANAGER}\ninvoke-interface {{v0, p1, p2}}, {MANAGER}->{CHECK}\nreturn-void",
        "invoke-static {p1}, Lcom/school/app/Pins;->look([Ljava/security/cert/X509Certificate;)V\nreturn-void",
        "iput-object p1, p0, Lcom/school/app/T;->seen:[Ljava/security/cert/X509Certificate;\nreturn-void",
        f"const/4 v0, 0\naget-object v1, p1, v0\ninvoke-virtual {{v1}}, Ljava/security/cert/X509Certificate;->getPublicKey()Ljava/security/PublicKey;\nmove-result-object v1\ninvoke-virtual {{v1, p2}}, {OBJECT}->equals({OBJECT})Z\nmove-result v0\nif-nez v0, :ok\nnew-instance v0, {BAD}\ninvoke-direct {{v0}}, {BAD}-><init>()V\nthrow v0\n:ok\nreturn-void",
    ],
)  # fmt: skip
def test_a_trust_manager_that_may_refuse_is_not_accused(found, body):
    assert found(HAND_OVER, manager(body)) == set()


def verifier(body):
    return f".class Lcom/school/app/T; implements {VERIFIER}\n{CONSTRUCTOR}\n.method public verify({S}{SESSION})Z\n{body}\n.end"


USE_VERIFIER = f"{MAKE}\ninvoke-static {{v3}}, {HTTPS}->setDefaultHostnameVerifier({VERIFIER})V"


def test_a_verifier_is_accused_when_every_way_returns_true(found):
    always = "const/4 v0, 1\nreturn v0"
    assert found(USE_VERIFIER, verifier(always)) == {
        ("tls.any_host", "proven", "com.school.app.T: always returns true", "A;->m")
    }
    assert kinds(found("", verifier(always))) == [("tls.any_host", "present")]
    assert found(USE_VERIFIER, verifier("const/4 v0, 0\nreturn v0")) == set()
    sometimes = "const/4 v0, 1\nif-nez p2, :end\nconst/4 v0, 0\n:end\nreturn v0"
    assert found(USE_VERIFIER, verifier(sometimes)) == set()
    asking = f"invoke-static {{p1}}, Lx/X;->known({S})Z\nmove-result v0\nreturn v0"
    assert found(USE_VERIFIER, verifier(asking)) == set()


def test_the_constant_that_accepts_every_host_counts_outside_of_its_library(found):
    owner = "Lorg/apache/http/conn/ssl/SSLSocketFactory;"
    read = f"sget-object v1, {owner}->ALLOW_ALL_HOSTNAME_VERIFIER:Lorg/apache/http/conn/ssl/X509HostnameVerifier;"
    assert kinds(found(read)) == [("tls.allow_all_hosts", "proven")]
    inside = f".class {owner}\n.method public m()V\n{read}\nreturn-void\n.end"
    assert found("", inside) == set()


# --- cryptography ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DES/CBC/PKCS5Padding", "crypto.weak_cipher"), ("DESede", "crypto.weak_cipher"), ("RC4", "crypto.weak_cipher"),
        ("AES", "crypto.ecb"), ("AES/ECB/PKCS5Padding", "crypto.ecb"), ("aes/ecb/nopadding", "crypto.ecb"),
        ("RSA/ECB/NoPadding", "crypto.rsa_no_padding"), ("SM4/CBC/PKCS5Padding", "crypto.national"),
        ("AES/GCM/NoPadding", None), ("AES/CBC/PKCS7Padding", None), ("RSA/ECB/OAEPPadding", None), ("RSA/ECB/PKCS1Padding", None),
    ],
)  # fmt: skip
def test_transformations_are_told_apart(found, name, kind):
    cipher = "Ljavax/crypto/Cipher;"
    rows = found(f'const-string v1, "{name}"\ninvoke-static {{v1}}, {cipher}->getInstance({S}){cipher}')
    assert {row[0] for row in rows} == ({kind} if kind else set())


SPEC = f"Ljavax/crypto/spec/SecretKeySpec;-><init>([B{S})V"
IV = "Ljavax/crypto/spec/IvParameterSpec;-><init>([B)V"


def test_a_constant_key_is_told_by_its_length_alone(found):
    key = f'const-string v1, "0123456789abcdef"\ninvoke-virtual {{v1}}, {S}->getBytes()[B\nmove-result-object v1'
    rows = found(f'{key}\nconst-string v2, "AES"\ninvoke-direct {{v0, v1, v2}}, {SPEC}')
    assert {row[:3] for row in rows} == {("crypto.constant_key", "proven", "AES 16 bytes")}
    asked = "invoke-static {}, Lx/X;->key()[B\nmove-result-object v1"
    assert found(f'{asked}\nconst-string v2, "AES"\ninvoke-direct {{v0, v1, v2}}, {SPEC}') == set()


def test_a_vector_of_zeros_counts_until_something_fills_it(found):
    new = "const/16 v2, 16\nnew-array v1, v2, [B"
    use = f"invoke-direct {{v0, v1}}, {IV}"
    assert {row[:3] for row in found(f"{new}\n{use}")} == {("crypto.constant_iv", "proven", "zeros")}
    random = "invoke-virtual {v4, v1}, Ljava/security/SecureRandom;->nextBytes([B)V"
    assert found(f"{new}\n{random}\n{use}") == set()
    filled = "const/4 v3, 0\naput-byte v4, v1, v3"
    assert found(f"{new}\n{filled}\n{use}") == set()


def test_short_keys_are_those_of_rsa(found):
    generator = "Ljava/security/KeyPairGenerator;"

    def made(name, bits):
        return f'const-string v1, "{name}"\ninvoke-static {{v1}}, {generator}->getInstance({S}){generator}\nmove-result-object v0\nconst/16 v2, {bits}\ninvoke-virtual {{v0, v2}}, {generator}->initialize(I)V'

    assert kinds(found(made("RSA", 1024))) == [("crypto.short_key", "proven")]
    assert found(made("RSA", 2048)) == set()
    assert found(made("EC", 256)) == set()


def test_a_constant_seed_counts_and_a_drawn_one_does_not(found):
    seed = "invoke-virtual {v0, v1}, Ljava/security/SecureRandom;->setSeed([B)V"
    constant = f'const-string v1, "seed"\ninvoke-virtual {{v1}}, {S}->getBytes()[B\nmove-result-object v1'
    assert kinds(found(f"{constant}\n{seed}")) == [("crypto.constant_seed", "proven")]
    drawn = "invoke-static {}, Lx/X;->draw()[B\nmove-result-object v1"
    assert found(f"{drawn}\n{seed}") == set()


# --- files and self-start --------------------------------------------------------------------------------------------


def test_modes_that_open_a_file_to_all_are_told_by_their_bits(found):
    call = "Landroid/content/Context;->openFileOutput(Ljava/lang/String;I)Ljava/io/FileOutputStream;"

    def opened(mode):
        return f"const/16 v2, {mode}\ninvoke-virtual {{p0, v1, v2}}, {call}"

    assert kinds(found(opened(1))) == kinds(found(opened(2))) == [("storage.world_readable", "proven")]
    assert found(opened(0)) == set()
    assert found(opened(4)) == set()


@pytest.mark.parametrize("name", ["setReadable", "setWritable"])
def test_rights_that_are_opened_to_all_need_both_words_of_the_call(found, name):
    def opened(right, alone):
        return f"const/4 v1, {right}\nconst/4 v2, {alone}\ninvoke-virtual {{v0, v1, v2}}, Ljava/io/File;->{name}(ZZ)Z"

    assert kinds(found(opened(1, 0))) == [("storage.opened_file", "proven")]
    assert found(opened(1, 1)) == found(opened(0, 0)) == set()
    asked = "invoke-static {}, Lx/X;->flag()Z\nmove-result v2"
    assert found(opened(1, 0).replace("const/4 v2, 0", asked)) == set()
    sometimes = opened(1, 1).replace("invoke-virtual", "if-eqz v5, :a\nconst/4 v2, 0\n:a\ninvoke-virtual")
    assert kinds(found(sometimes)) == [("storage.opened_file", "probable")]
    alone = f"const/4 v1, 1\ninvoke-virtual {{v0, v1}}, Ljava/io/File;->{name}(Z)Z"
    assert found(alone) == set()  # of one word, the right is the owner's


def test_jobs_that_outlive_a_restart_count_outside_of_the_library_that_sets_them_for_everybody(found):
    builder = "Landroid/app/job/JobInfo$Builder;"
    body = f"const/4 v1, 1\ninvoke-virtual {{v0, v1}}, {builder}->setPersisted(Z){builder}"
    assert kinds(found(body)) == [("start.persisted_job", "proven")]
    assert found(body.replace("const/4 v1, 1", "const/4 v1, 0")) == set()
    assert found("", f".class Landroidx/work/J;\n.method public m()V\n{body}\nreturn-void\n.end") == set()


# --- secrets ---------------------------------------------------------------------------------------------------------

NAME, SECRET = "LTAI5tQ8wZr3VnKc7JhPxYb2", "g7Hq2LmN9xRt4VbKc8WzYp3DfJs6Ua"
"""Made up for this test; they open nothing."""


def test_a_pair_in_one_class_is_a_secret_and_its_public_half_alone_is_none(found):
    load_name, load_secret = f'const-string v1, "{NAME}"', f'const-string v2, "{SECRET}"'
    rows = found(f"{load_name}\n{load_secret}")
    assert {row[:3] for row in rows} == {
        ("secret.aliyun", "proven", "Alibaba Cloud AccessKey: LTAI5tQ8…b2 + 30 characters")
    }
    assert found(load_name) == set()
    other = f".class Lcom/school/app/B;\n.method public m()V\n{load_secret}\nreturn-void\n.end"
    assert found(load_name, other) == set()
    field = f'.class Lcom/school/app/B;\n.field KEY:{S} public static final = "{SECRET}"\n.method public m()V\n{load_name}\nreturn-void\n.end'
    assert {row[3] for row in found("", field)} == {"B;->m"}


def test_a_placeholder_is_no_secret(found):
    assert found(f'const-string v1, "LTAIyourAccessKeyId12345"\nconst-string v2, "{SECRET}"') == set()
    assert found(f'const-string v1, "{NAME}"\nconst-string v2, "yourAccessKeySecret00000000000"') == set()


def test_what_an_sdk_of_no_collection_carries_is_its_own(found):
    carried = f'.class Lio/netty/handler/A;\n.method public m()V\nconst-string v1, "{NAME}"\nconst-string v2, "{SECRET}"\nreturn-void\n.end'
    assert {row[3] for row in found("", carried)} == {"A;->m"}  # a fact; that it accuses nobody is judged


CLIENT = "Lcom/obs/services/ObsClient;"


def test_a_key_that_is_handed_to_the_client_of_a_cloud_is_a_secret(found):
    def made(key):
        return f'{key}\nconst-string v1, "ID"\nconst-string v3, "https://a.cn"\ninvoke-direct {{v0, v1, v2, v3}}, {CLIENT}-><init>({S}{S}{S})V'

    rows = found(made(f'const-string v2, "{SECRET}"'))
    assert {row[:3] for row in rows} == {("crypto.cloud_key", "proven", "com.obs.services.ObsClient: 30 characters")}
    assert found(made('const-string v2, "*** Provide your Secret Key ***"')) == set()
    assert found(made('const-string v2, "yourSecretKey0yourSecretKey0you"')) == set()
    assert found(made(f"invoke-static {{}}, Lx/X;->key(){S}\nmove-result-object v2")) == set()


HUAWEI, HUAWEI_KEY = "QT7ZKW2MR9XHB4NC6VLD", "g7Hq2LmN9xRt4VbKc8WzYp3DfJs6UaE1oQi5Tn0v"
"""Made up for this test; they open nothing."""


def test_a_pair_of_huawei_cloud_is_led_to_by_the_host_of_the_store(found):
    pair = f'const-string v1, "{HUAWEI}"\nconst-string v2, "{HUAWEI_KEY}"'
    host = 'const-string v3, "https://obs.cn-north-4.myhuaweicloud.com"'
    rows = found(f"{pair}\n{host}")
    assert {row[:3] for row in rows} == {
        ("secret.huawei_cloud", "proven", "Huawei Cloud AK and SK: QT7ZKW2M…LD + 40 characters")
    }
    assert found(pair) == set()
    assert found(f'{pair}\nconst-string v3, "https://obs.example.cn"') == set()
    assert found(f'const-string v1, "{HUAWEI}"\n{host}') == set()
    assert found(f'const-string v2, "{HUAWEI_KEY}"\n{host}') == set()
