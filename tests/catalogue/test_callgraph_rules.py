import copy
import dataclasses
import re
import shutil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.catalogue import find_rules, load_catalogue, parse_rules
from analyzer.catalogue.callgraph import CallbackRow, CallRow, ClassRow, _callback_rows, expand
from analyzer.catalogue.lint import lint
from analyzer.catalogue.lint.callgraph import examine_callgraph
from analyzer.catalogue.overview import counts, find, rows
from analyzer.catalogue.platform import Platform
from analyzer.catalogue.words import GuardWords, words
from analyzer.dex.graph import plan

ACTIVITY = "Landroid/app/Activity;"
CLICK = "Landroid/view/View$OnClickListener;"


@pytest.fixture(scope="module")
def rules(catalogue):
    return catalogue.callgraph


@pytest.fixture(scope="module")
def types(rules):
    return {row.type: row for row in rules.implicit.types}


@pytest.fixture(scope="module")
def whole():
    return parse_rules(find_rules())


@pytest.fixture
def plain(whole):
    return copy.deepcopy(whole)


@pytest.mark.parametrize(
    ("row", "record"),
    [(CallbackRow, plan.CallbackType), (CallRow, plan.CallRule), (ClassRow, plan.ClassRule)],
)
def test_rows_fit_the_records_of_the_search(row, record):
    assert row._fields == tuple(field.name for field in dataclasses.fields(record))


def test_every_row_makes_a_record(rules):
    implicit = plan.ImplicitCalls(
        types=tuple(plan.CallbackType(*row) for row in rules.implicit.types),
        calls=tuple(plan.CallRule(*row) for row in rules.implicit.calls),
        classes=tuple(plan.ClassRule(*row) for row in rules.implicit.classes),
    )
    assert min(map(len, (implicit.types, implicit.calls, implicit.classes))) > 15
    assert {phase for row in implicit.types for phase in row.methods.values()} == {"start", "user", "system"}


@pytest.mark.parametrize(
    ("descriptor", "method", "phase"),
    [
        (ACTIVITY, "onCreate", "start"),
        (ACTIVITY, "onResume", "start"),
        (ACTIVITY, "attachBaseContext", "start"),
        (ACTIVITY, "onWindowFocusChanged", "start"),
        (ACTIVITY, "onTopResumedActivityChanged", "start"),
        (ACTIVITY, "onPause", "system"),
        (ACTIVITY, "onStop", "system"),
        (ACTIVITY, "onActivityResult", "user"),
        (ACTIVITY, "onRequestPermissionsResult", "user"),
        (ACTIVITY, "onNewIntent", "user"),
        (ACTIVITY, "onBackPressed", "user"),
        ("Landroid/app/Application;", "onCreate", "start"),
        ("Landroid/content/ContentProvider;", "attachInfo", "start"),
        ("Landroid/content/ContentProvider;", "*", "system"),
        ("Landroid/content/BroadcastReceiver;", "onReceive", "system"),
        ("Landroid/app/Service;", "onStartCommand", "start"),
        ("Landroid/app/job/JobService;", "onStartJob", "system"),
        ("Landroidx/fragment/app/Fragment;", "onViewCreated", "start"),
        ("Landroidx/fragment/app/Fragment;", "onRequestPermissionsResult", "user"),
        ("Landroid/view/View;", "onDraw", "start"),
        ("Landroid/view/View;", "onTouchEvent", "user"),
        (CLICK, "*", "user"),
        ("Landroid/content/DialogInterface$OnClickListener;", "*", "user"),
        ("Landroid/text/style/ClickableSpan;", "*", "user"),
        ("Landroidx/activity/result/ActivityResultCallback;", "*", "user"),
        ("Landroid/content/ClipboardManager$OnPrimaryClipChangedListener;", "onPrimaryClipChanged", "user"),
        ("Landroid/location/LocationListener;", "*", "start"),
        ("Landroid/telephony/TelephonyCallback$CellInfoListener;", "*", "start"),
        ("Ljava/lang/Runnable;", "*", "start"),
        ("Ljava/util/function/Supplier;", "*", "start"),
        ("Landroidx/startup/Initializer;", "create", "start"),
    ],
)
def test_phases(types, descriptor, method, phase):
    assert types[descriptor].methods[method] == phase


def test_gestures_of_the_platform_all_wait_for_the_user(rules, types):
    # A callback that no row names counts as start-up code: a gesture without a row would be a wrong accusation.
    gesture = re.compile(r"(Click|Touch|Drag|Hover|Gesture|MenuItem|Key|BackInvoked|BackAnimation|Scroll)\w*;$")
    no_gestures = {"Landroid/media/MediaDrm$OnKeyStatusChangeListener;"}
    missed = []
    for descriptor in rules.platform:
        name = descriptor.rpartition("/")[2]
        is_listener = re.search(r"(Listener|Callback|On[A-Z]\w*);$", name)
        if is_listener and gesture.search(name) and rules.platform.callbacks(descriptor):
            row = types.get(descriptor)
            if row is None or "start" in row.methods.values():
                missed.append(descriptor)
    assert set(missed) == no_gestures


def test_a_type_has_one_row(rules):
    named = [row.type for row in rules.implicit.types]
    assert sorted(name for name in named if named.count(name) > 1) == []


def test_stars_are_replaced_by_the_types_that_the_platform_has(types):
    assert "Ljava/util/function/BiFunction;" in types
    assert "Landroid/media/MediaPlayer$OnPreparedListener;" in types
    assert not any("*" in name for name in types)


def test_the_row_of_a_type_beats_the_star_of_another():
    platform = Platform("p/A$OnX i Object\np/A$OnY i Object\np/q/A$OnZ i Object\n")
    row = {"start": [], "user": [], "system": ["m"], "alive": False, "link": "callback"}
    wide = row | {"types": ["Lp/A$*;"], "start": ["*"], "system": []}
    found = list(_callback_rows({"wide": wide, "own": row | {"types": ["Lp/A$OnY;"]}}, platform))
    assert [(name, methods) for name, methods, *_ in found] == [
        ("Lp/A$OnX;", {"*": "start"}),
        ("Lp/A$OnY;", {"m": "system"}),
    ]
    assert expand("Lx/*;", platform) == ["Lx/*;"], "a library's, left to the search"


def test_calls_that_take_a_callback_away_run_nothing(rules):
    found = {row.method: row for row in rules.implicit.calls if not row.runs}
    assert "Landroid/os/Handler;->removeCallbacks(*" in found
    made = ("Ljava/lang/Thread;-><init>(", "Landroid/os/Handler;-><init>(", "Landroid/os/Handler;->createAsync(")
    assert all(
        re.search(r"->(remove|unregister|unbind|stop|abandon|has)", name) or name.startswith(made) for name in found
    )


def test_one_call_may_have_several_rows(rules):
    shown = [row for row in rules.implicit.calls if row.method == "Landroid/app/Dialog;->show()V"]
    assert {(row.phase, "onCreate" in row.runs) for row in shown} == {("start", True), ("user", False)}


def test_entries_and_initializers(rules):
    assert {kind: entry.phase for kind, entry in rules.entries.items()} | {"page": "start"} == {
        "application": "start", "factory": "start", "provider": "start", "startup": "start", "launcher": "start",
        "activity": "user", "service": "system", "receiver": "system", "backup": "system", "zygote_preload": "system",
        "page": "start",
    }  # fmt: skip
    assert rules.entries["startup"].methods == {"create": "start", "dependencies": "start"}
    found = {row.provider: row for row in rules.initializers}
    assert found["androidx.startup.InitializationProvider"].marker == "androidx.startup"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("isAgreeXieYi_v2", "is agree xie yi v 2"),
        ("SP_KEY_PRIVACY", "sp key privacy"),
        ("SPKey", "sp key"),
        ("a.b-c d", "a b c d"),
        ("is同意agree", "is 同意 agree"),
        ("", ""),
        ("___", ""),
    ],
)
def test_splitting_of_names(name, parts):
    assert words(name) == parts.split()


@settings(deadline=None)
@given(st.text())
@example("ﬁAB")
def test_splitting_loses_no_letter(name):
    kept = "".join(re.findall(r"[A-Za-z0-9]|[^\x00-\x7f]", name)).lower()
    assert "".join(words(name)) == kept


@pytest.mark.parametrize(
    "name",
    [
        "isAgreePrivacy", "has_agreed", "agreement", "KEY_USER_PRIVACY", "privacyPolicyAccepted", "first_launch",
        "isFirstOpen", "isFirst", "yinsi", "tongyiYinSi", "YSZC_SHOWN", "xieYiTongYi", "用户协议已读", "同意", "isConsentGiven",
        "gdpr_status", "acceptTerms", "user_protocol", "protocol_agree", "FIRST_RUN", "disagree",
    ],
)  # fmt: skip
def test_flags_of_consent(rules, name):
    assert rules.guards.is_consent(name)


@pytest.mark.parametrize(
    "name",
    [
        "token", "userId", "privacy_url", "privacyTitle", "isLogin", "protocolVersion", "cachePolicy", "first_name",
        "firstVisibleItem", "theme", "isFirstPage", "debug", "", "threadPolicy", "版本", "vip", "isInit", "agree_link",
    ],
)  # fmt: skip
def test_flags_of_something_else(rules, name):
    assert not rules.guards.is_consent(name)


def test_an_entry_of_several_words_needs_all_of_them():
    guards = GuardWords({"getters": {}, "consent": ["accept* policy", "~ab cd"], "other": ["url"]})
    assert guards.is_consent("policyAccepted")
    assert not guards.is_consent("policy")
    assert not guards.is_consent("accepted")
    assert not guards.is_consent("acceptedPolicyUrl")
    assert guards.is_consent("xabx_cd")
    assert not guards.is_consent("xabcd")


def test_getters_say_where_the_name_stands(rules):
    prefs = "Landroid/content/SharedPreferences;->getBoolean(Ljava/lang/String;Z)Z"
    assert rules.guards.getter(prefs) == 0
    assert rules.guards.getter("Lcom/tencent/mmkv/MMKV;->decodeBool(Ljava/lang/String;)Z") == 0
    assert rules.guards.getter("Lcom/example/Settings;->getBoolean(Ljava/lang/String;Z)Z") is None


def test_calls_of_sdks_about_consent(rules):
    context = "Landroid/content/Context;"
    assert rules.preinit[
        f"Lcom/umeng/commonsdk/UMConfigure;->preInit({context}Ljava/lang/String;Ljava/lang/String;)V"
    ] == ("umeng-analytics")
    switch = rules.switches[f"Lcn/jiguang/api/utils/JCollectionAuth;->setAuth({context}Z)V"]
    assert (switch.sdk, switch.argument, switch.stops) == ("jiguang-core", 1, False)
    out = rules.switches["Lorg/matomo/sdk/Tracker;->setOptOut(Z)V"]
    assert (out.argument, out.stops) == (0, True)
    assert not set(rules.preinit) & set(rules.switches)


def test_rules_are_shown(catalogue):
    assert counts(catalogue)["callgraph.types"] == len(rows(catalogue, "callgraph.types", "en")) > 50
    assert [row["id"] for row in find(catalogue, CLICK)] == ["gestures"]
    assert [row["id"] for row in find(catalogue, "Ljava/lang/Thread;->start()V")] == [
        "thread", "thread_of_runnable"
    ]  # fmt: skip
    shown = next(row for row in find(catalogue, "jiguang-core") if row["family"] == "sdks")
    assert shown["consent_switch"][0]["stops"] is False


def test_reasons_of_doubt_have_their_words(catalogue):
    assert {"consent_guard", "dispatch_unsure", "sdk_preinit"} <= set(catalogue.weak_reasons)


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (lambda p: p["callgraph"]["types"]["activity"].update(source=["hearsay"]), "hearsay is not known"),
        (lambda p: p["callgraph"]["types"]["activity"].update(source=[]), "has no source"),
        (lambda p: p["callgraph"]["types"]["activity"]["start"].append("onCraete"), "no type of the row declares onCraete"),
        (lambda p: p["callgraph"]["types"]["activity"]["start"].append("on Create"), "is no name of a method"),
        (lambda p: p["callgraph"]["types"]["activity"]["types"].append("android.app.Activity"), "is no type"),
        (lambda p: p["callgraph"]["types"]["activity"]["types"].append("Landroid/app/Actvity;"), "state framework under"),
        (lambda p: p["callgraph"]["types"]["activity"]["types"].append("Lokhttp3/Call;"), "state okhttp under library"),
        (lambda p: p["callgraph"]["types"]["activity"]["types"].append("Lorg/nobody/X;"), "state other under library"),
        (lambda p: p["callgraph"]["types"]["activity"].update(library=["nobody"]), "nobody is not known"),
        (lambda p: p["callgraph"]["types"]["activity"]["types"].append(CLICK), "is in activity as well"),
        (lambda p: p["callgraph"]["calls"]["thread"]["calls"].update({"x": [0]}), "x is no signature"),
        (lambda p: p["callgraph"]["calls"]["thread"]["calls"].update({"Ljava/lang/Thread;->start()V": [0]}), "no parameter 0"),
        (lambda p: p["callgraph"]["calls"]["thread"]["calls"].update({"Ljava/lang/Thread;->x(*": [-2]}), "not in order"),
        (lambda p: p["callgraph"]["calls"]["thread"]["calls"].update({"Ljava/util/Timer;->schedule(*": [0]}), "as well"),
        (lambda p: p["callgraph"]["calls"]["thread"]["runs"].append("a b"), "is no name of a method"),
        (lambda p: p["callgraph"]["classes"]["work"].update(base="Worker"), "Worker is no type"),
        (lambda p: p["callgraph"]["guards"]["getters"]["mmkv"]["calls"].update({"Lx/Y;->z(*": [0]}), "state other under"),
        (lambda p: p["callgraph"]["guards"]["getters"]["mmkv"]["calls"].update({"Lx/Y;->z(*": [0, 1]}), "one parameter"),
        (lambda p: p["callgraph"]["guards"]["consent"]["words"].append("Agree"), "is no entry"),
        (lambda p: p["callgraph"]["guards"]["consent"]["words"].append("consent*"), "is given twice"),
        (lambda p: p["callgraph"]["guards"]["consent"].update(source=["hearsay"]), "hearsay is not known"),
        (lambda p: p["callgraph"]["entries"]["kinds"]["launcher"]["types"].append("Lx/Y;"), "state other under library"),
        (lambda p: p["callgraph"]["entries"]["initializers"]["androidx_startup"].update(base="x"), "x is no type"),
        (lambda p: p["sdks"]["rows"]["jiguang-core"]["consent_switch"][0].update(call="x"), "x is no signature"),
        (lambda p: p["sdks"]["rows"]["jiguang-core"]["consent_switch"][0].update(argument=2), "has no parameter 2"),
        (lambda p: p["sdks"]["rows"]["jiguang-core"]["consent_switch"][0].update(source=["x"]), "source x is not known"),
        (lambda p: p["sdks"]["rows"]["jpush"].update(preinit=p["sdks"]["rows"]["umeng-analytics"]["preinit"]), "as well"),
        (lambda p: p["sdks"]["rows"]["jpush"].update(preinit=p["sdks"]["rows"]["umeng-analytics"]["preinit"]), "state umeng"),
    ],
)  # fmt: skip
def test_each_kind_of_defect_is_found(plain, plant, message):
    plant(plain)
    found = [str(problem) for problem in examine_callgraph(plain, find_rules())]
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("types.yaml", "a: {types: [La;], source: [own], sure: K}\n", "one of start, user, system must be there"),
        ("types.yaml", "a: {types: [La;], start: [x], user: [x], source: [own], sure: K}\n", "x is given twice"),
        ("types.yaml", "a: {types: [La;], start: [x], begin: [y], source: [own], sure: K}\n", "begin: Extra inputs"),
        ("types.yaml", "a: {types: [La;], start: [x], source: [own]}\n", "sure: Field required"),
        ("types.yaml", "a: {types: [La;], start: [x], source: [], sure: K}\n", "source: Tuple should have at least 1"),
        (
            "calls.yaml",
            "a: {calls: {x: 0}, runs: [y], phase: soon, source: [own], sure: K}\n",
            "phase: Input should be",
        ),
        ("calls.yaml", "a: {calls: {x: 0}, source: [own], sure: K}\n", "runs: Field required"),
        ("calls.yaml", "a: {calls: [x], runs: [y], source: [own], sure: K}\n", "calls: Input should be"),
        ("guards.yaml", "gaters: {}\n", "gaters: unknown section"),
        ("entries.yaml", "kinds: [a]\n", "a mapping from id to record is expected"),
        ("platform.txt", "a/B c Object m()V\na/B c Object\n", "a/B is given twice"),
        ("platform.txt", "a/B c Object m()\n", "is no line of the table"),
    ],
)
def test_bad_files_are_named_in_one_line(tmp_path, file, text, message):
    path = tmp_path / "callgraph" / file
    path.parent.mkdir()
    path.write_text(text)
    found = [str(problem) for problem in lint(tmp_path)]
    assert any(problem.startswith(f"callgraph/{file}") and message in problem for problem in found), found
    assert all("\n" not in problem for problem in found)


def test_a_changed_row_is_in_force_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "rules"
    shutil.copytree(find_rules(), root)
    path = root / "callgraph" / "types.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    - Landroid/view/View$OnClickListener;\n", ""), encoding="utf-8")
    changed = load_catalogue(root).callgraph
    assert CLICK not in {row.type for row in changed.implicit.types}
    assert changed.platform.known(CLICK)


@pytest.mark.parametrize(
    ("name", "sense"),
    [
        ("agreed", 1),
        ("isAgree", 1),
        ("user_privacy_agreed", 1),
        ("accept_privacy", 1),
        ("is_tongyi", 1),
        ("is_first_run", -1),
        ("firstLaunch", -1),
        ("needAgree", -1),
        ("disagree", -1),
        ("not_agreed", 0),
        ("first_run_done", 0),
        ("agree_dialog", 0),
        ("privacy", 0),
        ("isShowPrivacyPop", 0),
        ("未同意", 0),
        ("url", 0),
    ],
)
def test_which_way_round_a_flag_is(rules, name, sense):
    assert rules.guards.sense(name) == sense


def test_what_only_the_platform_makes_is_not_alive_when_code_makes_it(types):
    made = {name for name, row in types.items() if row.made}
    assert {"Landroid/content/BroadcastReceiver;", "Landroidx/fragment/app/DialogFragment;"} <= made
    assert not any(types[name].alive for name in made)


def test_an_intent_needs_a_call_that_sends_it(rules):
    rows = [row for row in rules.implicit.classes if row.method.startswith("Landroid/content/Intent;-><init>")]
    assert all("Landroid/content/Context;->stopService(*" in row.unsent or row.unsent == ("*",) for row in rows)
    assert {row.base for row in rows} == {None, "Landroid/content/BroadcastReceiver;"}
    assert all("Landroid/app/PendingIntent;->getActivity(*" in row.later for row in rows if row.base is None)


def test_a_switch_may_govern_several_sdks(rules):
    switch = rules.switches["Lcn/jiguang/api/utils/JCollectionAuth;->setAuth(Landroid/content/Context;Z)V"]
    assert (switch.sdk, switch.argument, switch.stops) == ("jiguang-core", 1, False)
    assert "jpush" in switch.also
