import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexassembler import assemble

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.accesses import build_query
from analyzer.extract.owners import Owners
from analyzer.extract.requests import find_requests

S = "Ljava/lang/String;"
ASK = f"Landroid/app/Activity;->requestPermissions([{S}I)V"
COMPAT = f"Landroidx/core/app/ActivityCompat;->requestPermissions(Landroid/app/Activity;[{S}I)V"
CAMERA, PHONE = "android.permission.CAMERA", "android.permission.READ_PHONE_STATE"
BOTH = (
    f'const-string v1, "{CAMERA}"\nconst-string v2, "{PHONE}"\nfilled-new-array {{v1, v2}}, [{S}\nmove-result-object v3'
)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def find(catalogue, body, *more, head="", owner="Lcom/school/app/A;", proto="public m()V"):
    text = f".class {owner} extends Landroid/app/Activity;\n{head}\n.method {proto}\n{body}\nreturn-void\n.end\n"
    index = load([("classes.dex", assemble(text + "\n".join(more)))])
    return find_requests(index.find(build_query(catalogue)), Owners(catalogue, "com.school.app", ()))


def asked(*arguments):
    return [row.permissions for row in find(*arguments)]


def test_a_request_names_its_permissions_in_order_with_caller_and_place(catalogue):
    rows = find(catalogue, f"{BOTH}\ninvoke-virtual {{p0, v3, v4}}, Lcom/school/app/A;->requestPermissions([{S}I)V")
    assert [(row.permissions, row.api, row.caller, row.actor, row.level, row.dex) for row in rows] == [
        ((CAMERA, PHONE), ASK, "Lcom/school/app/A;->m()V", "app", "present", "classes.dex")
    ]
    assert len(rows[0].offsets) == 1


def test_an_array_in_a_constant_field_is_resolved(catalogue):
    field = f"Lcom/school/app/P;->ALL:[{S}"
    constants = f".class Lcom/school/app/P;\n.field ALL:[{S} public static final\n.method static constructor <clinit>()V\n{BOTH}\nsput-object v3, {field}\nreturn-void\n.end"
    body = f"sget-object v1, {field}\nconst/4 v2, 1\ninvoke-static {{p0, v1, v2}}, {COMPAT}"
    assert asked(catalogue, body, constants) == [(CAMERA, PHONE)]


def test_unknown_permissions_are_an_empty_request_not_none(catalogue):
    body = f"invoke-static {{}}, Lx/X;->names()[{S}\nmove-result-object v1\ninvoke-static {{p0, v1, v2}}, {COMPAT}"
    assert asked(catalogue, body) == [()]


def test_a_helper_of_the_app_asks_for_what_its_callers_pass(catalogue):
    body = f"invoke-static {{p0, p1, v2}}, {COMPAT}"
    caller = f".class Lcom/school/app/B;\n.method static go(Lcom/school/app/A;)V\n{BOTH}\ninvoke-virtual {{p0, v3}}, Lcom/school/app/A;->m([{S})V\nreturn-void\n.end"
    rows = find(catalogue, body, caller, proto=f"public m([{S})V")
    assert [(row.permissions, row.caller) for row in rows] == [((CAMERA, PHONE), f"Lcom/school/app/A;->m([{S})V")]


LAUNCHER = "Landroidx/activity/result/ActivityResultLauncher;"
CONTRACTS = "Landroidx/activity/result/contract/ActivityResultContracts$"
REGISTER = "Landroidx/activity/ComponentActivity;->registerForActivityResult(Landroidx/activity/result/contract/ActivityResultContract;Landroidx/activity/result/ActivityResultCallback;)Landroidx/activity/result/ActivityResultLauncher;"


def launched(contract, argument):
    return f"""
        new-instance v1, {CONTRACTS}{contract};
        invoke-direct {{v1}}, {CONTRACTS}{contract};-><init>()V
        invoke-virtual {{p0, v1, v2}}, {REGISTER}
        move-result-object v5
        {argument}
        invoke-virtual {{v5, v3}}, {LAUNCHER}->launch(Ljava/lang/Object;)V"""


def test_a_launcher_asks_when_its_contract_or_its_argument_says_so(catalogue):
    assert asked(catalogue, launched("RequestPermission", f'const-string v3, "{CAMERA}"')) == [(CAMERA,)]
    assert asked(catalogue, launched("RequestMultiplePermissions", BOTH)) == [(CAMERA, PHONE)]
    unknown = f"invoke-static {{}}, Lx/X;->name(){S}\nmove-result-object v3"
    assert asked(catalogue, launched("RequestPermission", unknown)) == [()]
    assert asked(catalogue, launched("GetContent", 'const-string v3, "image/*"')) == []
    assert asked(catalogue, launched("GetContent", unknown)) == []
    bare = f'const-string v3, "{CAMERA}"\ninvoke-virtual {{v5, v3}}, {LAUNCHER}->launch(Ljava/lang/Object;)V'
    assert asked(catalogue, bare) == [(CAMERA,)]


@pytest.mark.parametrize(
    "method",
    [
        f"Lcom/hjq/permissions/XXPermissions;->permission([{S})Lcom/hjq/permissions/XXPermissions;",
        f"Lcom/permissionx/guolindev/PermissionMediator;->permissions([{S})Lcom/permissionx/guolindev/request/PermissionBuilder;",
        f"Lcom/tbruyelle/rxpermissions2/RxPermissions;->request([{S})Lio/reactivex/Observable;",
        f"Lcom/yanzhenjie/permission/runtime/option/RuntimeOption;->permission([{S})Lcom/yanzhenjie/permission/runtime/PermissionRequest;",
    ],
)
def test_bundled_wrappers_are_known(catalogue, method):
    assert asked(catalogue, f"{BOTH}\ninvoke-virtual {{v0, v3}}, {method}") == [(CAMERA, PHONE)]
    inside = find(catalogue, f"{BOTH}\ninvoke-virtual {{v0, v3}}, {method}", owner=f"{method.split(';')[0]}$Inner;")
    assert inside == ()


def test_easy_permissions_and_single_permissions(catalogue):
    easy = f"Lpub/devrel/easypermissions/EasyPermissions;->requestPermissions(Landroid/app/Activity;{S}I[{S})V"
    body = f'{BOTH}\nconst-string v5, "why"\nconst/4 v6, 3\ninvoke-static {{p0, v5, v6, v3}}, {easy}'.replace(
        "p0", "v9"
    )
    assert asked(catalogue, body) == [(CAMERA, PHONE)]
    single = f"Lcom/hjq/permissions/XXPermissions;->permission({S})Lcom/hjq/permissions/XXPermissions;"
    assert asked(catalogue, f'const-string v1, "{CAMERA}"\ninvoke-virtual {{v0, v1}}, {single}') == [(CAMERA,)]


def test_a_library_that_passes_a_request_on_does_not_ask(catalogue):
    body = f"invoke-virtual {{v1, v2, v3}}, {ASK}"
    assert find(catalogue, body, owner="Landroidx/core/app/ActivityCompat;") == ()
