"""Twins for the checks of security facts: see `tests/judge/test_checks.py`, of whose list these are part."""

from analyzer.model import ManifestFlags, SecurityFact

CODE = "Lcn/example/study/A;->a()V"


def in_code(kind, detail="", *, level="reachable", certainty="proven", actor="app", caller=CODE, **changes):
    """A fact in code that a certain chain reaches, unless it is said otherwise."""
    path = {"level": level}
    if level != "present":
        path |= {"chain": ("Lcn/example/study/Main;->onCreate()V", caller), "links": ("call",), "entry": "launcher"}
    values = {"kind": kind, "detail": detail, "certainty": certainty, "actor": actor, "caller": caller}
    return SecurityFact(**{**values, "dex": "classes.dex", "file": "classes.dex", **path, **changes})


def in_file(kind, detail="", *, file="AndroidManifest.xml", **changes):
    return SecurityFact(kind=kind, detail=detail, certainty="proven", file=file, **changes)


def package(b, *facts, **changes):
    return b.facts(static=b.static(security=facts, **changes))


def one(*facts, **changes):
    return lambda b: package(b, *facts, **changes)


def flagged(**flags):
    given = {"debuggable": False, "allow_backup": False, "uses_cleartext_traffic": False, **flags}
    return lambda b: b.facts(static=b.static(flags=ManifestFlags(**given)))


def explained(*facts):
    return lambda b: b.facts(static=b.static(security=facts), policy=b.policy())


OLD, SCRIPTS = {"min_sdk": 16}, in_code("webview.javascript_enabled", "1")
TRUST = in_code("tls.trust_all", "cn.example.study.Trust: checks nothing")
HOSTS = in_code("tls.any_host", "cn.example.study.Hosts: always returns true")
NESTED = in_file("install.nested_package", "5 bytes", file="assets/other.apk")
NETTY = "sdk:netty"
"""A library that collects nothing: what lies in it lies in every package that has it."""

# rule, subject, severity, status, facts that call for it, facts that do not
CASES = [
    ("WEBVIEW.INTERFACE", "addJavascriptInterface", "info", "suspected",
     one(in_code("webview.javascript_interface", "cn.example.study.Bridge “app”")), one(SCRIPTS)),
    ("WEBVIEW.INTERFACE", "addJavascriptInterface", "high", "suspected",
     one(in_code("webview.javascript_interface", "cn.example.study.Bridge “app”"), app=OLD), one(SCRIPTS, app={"min_sdk": 16})),
    ("WEBVIEW.HIDDEN_INTERFACES", "removeJavascriptInterface", "medium", "suspected",
     one(SCRIPTS, app=OLD),
     one(SCRIPTS, *(in_code("webview.interface_removed", name) for name in ("searchBoxJavaBridge_", "accessibility", "accessibilityTraversal")), app=OLD)),
    ("WEBVIEW.HIDDEN_INTERFACES", "removeJavascriptInterface", "medium", "suspected",
     one(SCRIPTS, app=OLD), one(SCRIPTS, app=OLD, complete=False)),
    ("WEBVIEW.FILE_ORIGIN", "file_urls", "medium", "proven",
     one(in_code("webview.file_urls", "1", api="La/W;->setAllowFileAccessFromFileURLs(Z)V")), one(in_code("webview.file_access", "1"))),
    ("WEBVIEW.FILE_ORIGIN", "file_urls", "medium", "suspected",
     one(in_code("webview.universal_file_urls", "1", certainty="probable")), one()),
    ("WEBVIEW.FILE_ORIGIN", "file_urls", "medium", "suspected",
     one(in_code("webview.universal_file_urls", "1", doubt="dispatch_unsure")), one()),
    ("WEBVIEW.FILE_ORIGIN", "file_urls", "low", "suspected",
     one(in_code("webview.universal_file_urls", "1", level="present")), one()),
    ("WEBVIEW.PASSWORDS", "setSavePassword", "medium", "proven",
     one(in_code("webview.save_password", "1"), app=OLD), one(in_code("webview.save_password", "1"))),
    ("WEBVIEW.PASSWORDS", "setSavePassword", "medium", "suspected",
     one(SCRIPTS, app=OLD), one(SCRIPTS, in_code("webview.password_refused", "0"), app=OLD)),
    ("WEBVIEW.MIXED_CONTENT", "setMixedContentMode", "low", "proven",
     one(in_code("webview.mixed_content", "0")), one(in_code("webview.mixed_content", "0", actor=NETTY))),
    ("WEBVIEW.DEBUGGING", "setWebContentsDebuggingEnabled", "low", "proven",
     one(in_code("webview.debugging", "1")), one(in_code("webview.debugging", "1", certainty="probable"))),
    ("TLS.TRUST_ALL", "checkServerTrusted", "high", "proven", one(TRUST), one()),
    ("TLS.TRUST_ALL", "checkServerTrusted", "low", "suspected",
     one(in_code("tls.trust_all", "a.Trust: checks nothing", certainty="present", level="present")),
     one(in_code("tls.trust_all", "a.Trust: checks nothing", certainty="present", level="present", actor=NETTY))),
    ("TLS.ANY_HOST", "verify", "high", "proven", one(HOSTS), one(TRUST)),
    ("TLS.SSL_ERROR", "onReceivedSslError", "high", "proven",
     one(in_code("webview.ssl_error", "always calls proceed()")), one(HOSTS)),
    ("TLS.USER_CERTIFICATES", "trust-anchors", "medium", "proven",
     one(in_file("netconfig.user_certificates", "*", file="res/xml/n.xml")),
     one(in_file("netconfig.debug_overrides", "user certificates", file="res/xml/n.xml"))),
    ("TLS.PINS_EXPIRED", "pin-set:2020-01-31", "low", "proven",
     one(in_file("netconfig.pins", "a.cn: 2 pins, until 2020-01-31", file="res/xml/n.xml")),
     one(in_file("netconfig.pins", "a.cn: 2 pins", file="res/xml/n.xml"))),
    ("CRYPTO.WEAK_CIPHER", "algorithms", "low", "suspected",
     one(in_code("crypto.ecb", "AES/ECB/PKCS5Padding")), one(in_code("crypto.ecb", "AES", actor=NETTY))),
    ("CRYPTO.CONSTANT_KEY", "constants", "medium", "proven",
     one(in_code("crypto.constant_key", "AES 16 bytes")), one(in_code("crypto.national", "SM4"))),
    ("CRYPTO.CONSTANT_KEY", "constants", "low", "proven", one(in_code("crypto.constant_iv", "16 bytes")), one()),
    ("CRYPTO.NATIONAL", "sm", "info", "suspected", one(in_code("crypto.national", "SM4/CBC/PKCS5Padding")), one()),
    ("SECURITY.SECRET", "secret.aliyun", "high", "suspected",
     one(in_code("secret.aliyun", "Alibaba Cloud AccessKey: LTAI5tQ8…k3 + 30 characters")), one()),
    ("SECURITY.SECRET", "crypto.cloud_key", "high", "suspected",
     one(in_code("crypto.cloud_key", "com.obs.services.ObsClient: 40 characters")),
     one(in_file("secret.huawei_agconnect", "64 characters", file="assets/agconnect-services.json"))),
    ("SECURITY.SECRET", "secret.private_key", "high", "proven",
     one(in_code("secret.private_key", "Private key (Base64): RSA 2048 bits")),
     one(in_code("secret.private_key", "Private key (Base64): RSA 2048 bits", actor=NETTY))),
    ("SECURITY.WORLD_READABLE", "files", "medium", "proven",
     one(in_code("storage.world_readable", "1"), app={"target_sdk": 23}), one(in_code("storage.world_readable", "1"))),
    ("SECURITY.TEST_ONLY", "testOnly", "medium", "proven", flagged(test_only=True), flagged()),
    ("SECURITY.DEEP_LINKS", "links", "info", "suspected",
     one(in_file("manifest.deep_link", "cn.example.study.Open: study://open")), one()),
    ("SECURITY.TASK_AFFINITY", "taskAffinity", "low", "suspected",
     one(in_file("manifest.task_affinity", "cn.example.study.Open: com.bank")), one()),
    ("SECURITY.INSTALLS", "packages", "low", "suspected", one(NESTED), one(in_code("install.packages"))),
    ("SECURITY.INSTALLS", "packages", "medium", "suspected",
     lambda b: package(b, NESTED, in_code("install.packages"), permissions=(b.permission("REQUEST_INSTALL_PACKAGES"),)),
     one(in_code("install.packages"))),
    ("SECURITY.CLEARTEXT_ALLOWED", "usesCleartextTraffic", "low", "proven",
     one(in_file("netconfig.cleartext", "a.example.cn", file="res/xml/n.xml"), in_file("netconfig.no_cleartext", "*")),
     one(in_file("netconfig.cleartext", "localhost, 10.0.2.2", file="res/xml/n.xml"), in_file("netconfig.no_cleartext", "*"))),
    ("SECURITY.CLEARTEXT_ALLOWED", "usesCleartextTraffic", "low", "suspected",
     lambda b: b.facts(static=b.static(security=(in_file("netconfig.no_cleartext", "*"),), app={"min_sdk": 21},
                                       flags=ManifestFlags(uses_cleartext_traffic=True, network_security_config="res/xml/n.xml"))),
     lambda b: b.facts(static=b.static(security=(in_file("netconfig.no_cleartext", "*"),),
                                       flags=ManifestFlags(uses_cleartext_traffic=True, network_security_config="res/xml/n.xml")))),
    ("START.WOKEN", "woken", "low", "suspected",
     one(in_file("start.woken", "cn.push.DaemonService: cn.push.WAKE")), explained(in_file("start.woken", "cn.push.DaemonService: cn.push.WAKE"))),
    ("START.KEEP_ALIVE", "keep_alive", "info", "suspected",
     one(in_code("start.repeating_alarm", "0")), one(in_file("start.foreground_service", "a.B: location"))),
    ("START.KEEP_ALIVE", "keep_alive", "low", "suspected",
     one(in_code("start.repeating_alarm", "0"), in_code("start.persisted_job", "1"), in_file("start.hidden_recents", "a.B")), one()),
]  # fmt: skip
