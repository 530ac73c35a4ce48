"""Each trap known of the SDK lists is pinned on the real rules."""

import pytest


def test_components_package_alone_is_not_firebase_analytics(index):
    assert index.owner("com/google/firebase/components/Component") is None
    assert index.match("com/google/firebase/encoders/DataEncoder") is None
    assert index.match("com/google/firebase/inject/Provider") is None
    assert index.match("com/google/firebase/annotations/Dsl") is None


def test_analytics_connector_stub_is_not_firebase_analytics(index):
    assert index.match("com/google/firebase/analytics/connector/AnalyticsConnector") is None
    assert index.owner("com/google/firebase/analytics/FirebaseAnalytics") == "firebase-analytics"


def test_firebase_analytics_needs_its_service(catalogue):
    assert catalogue.sdks["firebase-analytics"].minimum == "component"


def test_datatransport_comes_with_other_google_libraries(catalogue, index):
    assert index.owner("com/google/android/datatransport/Event") == "google-datatransport"
    assert "google-mlkit" in catalogue.sdks["google-datatransport"].comes_with


def test_reading_the_advertising_id_is_not_admob(index):
    assert index.owner("com/google/android/gms/ads/identifier/AdvertisingIdClient") == "gms-ads-identifier"
    assert index.owner("com/google/android/gms/ads/AdView") == "gms-ads-admob"


def test_prefixes_match_whole_segments(index):
    assert index.owner("com/qq/e/ads/banner/View") == "tencent-gdt"
    assert index.owner("com/qq/ex/Thing") is None
    assert index.owner("com/qq/e") == "tencent-gdt"


@pytest.mark.parametrize("spelling", ["Lcom/qq/e/A;", "[Lcom/qq/e/A;", "com.qq.e.A", "com/qq/e/A", "com/qq/e/A$B"])
def test_every_spelling_of_a_class_name_is_understood(index, spelling):
    assert index.owner(spelling) == "tencent-gdt"


def test_a_prefix_may_be_a_class_with_its_inner_classes(index):
    assert index.owner("com/xs/SingEngine") == "singsound"
    assert index.owner("com/xs/SingEngine$Listener") == "singsound"
    assert index.owner("com/xs/SingEngineering") is None


@pytest.mark.parametrize(
    ("connector", "of", "maker"),
    [
        ("org/android/agoo/huawei/HuaWeiRegister", "taobao-accs-agoo", "huawei-push"),
        ("org/android/agoo/xiaomi/MiPushBroadcastReceiver", "taobao-accs-agoo", "xiaomi-push"),
        ("org/android/agoo/oppo/OppoRegister", "taobao-accs-agoo", "oppo-push"),
        ("org/android/agoo/vivo/VivoRegister", "taobao-accs-agoo", "vivo-push"),
        ("org/android/agoo/honor/HonorRegister", "taobao-accs-agoo", "honor-push"),
        ("org/android/agoo/mezu/MeizuPushReceiver", "taobao-accs-agoo", "meizu-push"),
        ("cn/jpush/android/service/PluginXiaomiPlatformsReceiver", "jpush", "xiaomi-push"),
        ("com/igexin/sdk/FlymePushReceiver", "getui-push", "meizu-push"),
        ("com/tencent/android/hwpush/HWPush", "tencent-xg-push", "huawei-push"),
        ("com/tencent/android/vivopush/V", "tencent-xg-push", "vivo-push"),
    ],
)
def test_connectors_do_not_show_the_phone_makers_push(index, connector, of, maker):
    assert index.connector(connector) == of
    assert index.owner(connector) == of
    assert index.match(connector).sdk != maker


def test_vendor_prefixes_alone_show_nothing(index):
    for name in (
        "com/alibaba/Thing", "com/taobao/Thing", "com/alipay/Thing", "com/bytedance/Thing", "com/ss/android/Thing",
        "com/tencent/mm/plugin/X", "com/tencent/mm/ui/X", "com/facebook/Thing", "com/huawei/Thing", "com/baidu/Thing",
    ):  # fmt: skip
        assert index.owner(name) is None, name


def test_mpaas_is_not_the_payment_sdk(index):
    assert index.owner("com/alipay/mobile/framework/X") == "antgroup-mpaas"
    assert index.owner("com/alipay/sdk/app/PayTask") == "alipay-sdk"


def test_utdid_inside_alipay_umeng_or_agoo_is_no_contract_of_its_own(catalogue, index):
    assert index.owner("com/ta/utdid2/device/UTDevice") == "alibaba-utdid"
    assert {"alipay-sdk", "umeng-analytics", "taobao-accs-agoo"} <= set(catalogue.sdks["alibaba-utdid"].comes_with)


def test_applog_beside_pangle_is_no_contract_of_its_own(catalogue):
    for sdk in ("volcengine-applog", "bytedance-ad-download"):
        assert catalogue.sdks[sdk].comes_with == ("pangle-csj",)


def test_carriers_come_with_one_key_login(catalogue):
    for sdk in ("cmcc-sso", "ctcc-account", "cucc-account"):
        assert {"jiguang-verify", "umeng-verify"} <= set(catalogue.sdks[sdk].comes_with)


@pytest.mark.parametrize("name", ["com/heytap/openid/IOpenID", "com/vivo/identifier/X", "com/uodis/opendevice/aidl/Y"])
def test_oaid_stubs_that_any_helper_copies_are_weak(catalogue, index, name):
    match = index.match(name)
    assert match.weak
    assert catalogue.sdks[match.sdk].minimum == "second_sign"


def test_repackaged_msa_is_weak(index):
    for name in ("repeackage/com/uodis/X", "org/repackage/com/zui/X"):
        match = index.match(name)
        assert (match.sdk, match.weak) == ("msa-oaid", True)


@pytest.mark.parametrize("name", ["com/facebook/react/X", "com/facebook/soloader/X", "com/facebook/imagepipeline/X"])
def test_facebook_libraries_are_not_tracking(catalogue, index, name):
    assert catalogue.sdks[index.owner(name)].collects_nothing


@pytest.mark.parametrize("name", ["u/aly/X", "com/loc/X", "com/aps/X", "com/pgl/X", "com/bykv/X", "adups/X"])
def test_short_prefixes_need_a_second_sign(index, name):
    assert index.match(name).weak


def test_general_library_names_never_stand_alone(index):
    for name in ("libutility.so", "libvad.so", "libfb.so", "libdu.so", "libhttpdns.so"):
        found = index.library(name)
        assert found is None or found[1], name


def test_libraries_are_found_in_any_version(index):
    for name in ("libAMapSDK_MAP_v10_0_500.so", "libAMapSDK_MAP_v99_1.so"):
        assert index.library(name)[0] == "amap-map"
    assert index.library("liblocSDK9c.so")[0] == "baidu-location"
    assert index.library("libMNN301.so")[0] == "alibaba-mnn"
    assert index.library("libMNNsomething.so") is None


def test_uni_ad_is_a_recipient_of_its_own(index):
    assert index.owner("io/dcloud/common/X") == "dcloud-uniapp"
    assert index.owner("io/dcloud/feature/ad/X") == "dcloud-uniad"
    assert index.owner("io/dcloud/sdk/X") == "dcloud-uniad"


def test_relocated_nim_copy_belongs_to_qiyu(index):
    assert index.owner("com/qiyukf/nimlib/X") == "qiyu-kf"


@pytest.mark.parametrize(
    ("sdk", "package"),
    [
        ("xueersi-open", "com.xueersi.parentsmeeting"), ("zuoyebang-hybrid", "com.baidu.homework"),
        ("seewo-easinote", "com.seewo.easicare"), ("baidu-map", "com.baidu.BaiduMap"),
        ("sina-weibo", "com.sina.weibo"), ("unionpay", "com.unionpay"), ("wps-sdk", "cn.wps.moffice_eng"),
    ],
)  # fmt: skip
def test_vendors_own_apps_are_first_party(catalogue, sdk, package):
    assert catalogue.sdks[sdk].is_first_party(package)
    assert not catalogue.sdks[sdk].is_first_party("cn.example.school")
    assert not catalogue.sdks[sdk].is_first_party(catalogue.sdks[sdk].own_packages[0] + "x")
    assert not catalogue.sdks[sdk].is_first_party(None)


def test_components_survive_packing(index):
    assert index.component("cn.example.app.wxapi.WXEntryActivity") == ("wechat-opensdk", False)
    assert index.component("cn.jpush.android.service.DaemonService") == ("jpush", False)
    assert index.component("cn.example.app.MainActivity") is None


def test_a_metadata_key_supports_several_sdks(index):
    assert {sdk for sdk, _ in index.metadata("com.amap.api.v2.apikey")} == {"amap-location", "amap-map"}
    assert all(weak for _, weak in index.metadata("PUSH_APPID"))
    assert index.metadata("cn.example.unknown") == []


def test_assets_are_files_or_folders(index):
    assert ("flutter", False) in index.asset("assets/flutter_assets/kernel.bin")
    assert ("msa-oaid", False) in index.asset("supplierconfig.json")
    assert index.asset("flutter_assets2/x") == []


def test_collects_marked_unsure_are_weak(catalogue):
    values = catalogue.sdks["jpush"].collects
    assert any(value.weak for value in values)
    assert any(not value.weak for value in values)
    assert not any("?" in value.value for rule in catalogue.sdks.values() for value in (*rule.prefixes, *rule.collects))


@pytest.mark.parametrize("name", ["FirebaseException", "FirebaseApiNotAvailableException", "FirebaseExceptionMapper"])
def test_exceptions_of_play_services_are_not_firebase(catalogue, index, name):
    assert index.match(f"com/google/firebase/{name}") is None
    assert catalogue.sdks["firebase-core"].minimum == "component"
    assert catalogue.sdks["google-signin"].minimum == "component"


@pytest.mark.parametrize("name", ["com/superrtc/X", "com/easefun/polyv/mediasdk/X"])
def test_shaded_media_code_belongs_to_its_vendor(catalogue, index, name):
    assert index.owner(name) not in {"webrtc", "ijkplayer", None}


def test_carriers_own_libraries(index):
    assert index.library("libCtaApiLib.so") == ("ctcc-account", False)


def test_one_vendor_of_spoken_english_is_not_taken_for_another(index):
    assert index.owner("com/stkouyu/X") == index.owner("com/tt/SkEgn")
    assert len({index.owner(name) for name in ("com/stkouyu/X", "com/xs/SingEngine", "com/chivox/X")}) == 3


def test_wide_tencent_prefixes_are_weak(index):
    for name in ("com/tencent/map/X", "com/tencent/open/X"):
        assert index.match(name).weak, name


def test_fastjson_router_and_weex_are_local_libraries(catalogue, index):
    for name in ("com/alibaba/fastjson/X", "com/alibaba/android/arouter/X", "com/taobao/weex/X"):
        assert catalogue.sdks[index.owner(name)].collects_nothing, name


def test_webrtc_and_ijkplayer_send_nothing_by_themselves(catalogue):
    assert catalogue.sdks["webrtc"].collects_nothing
    assert catalogue.sdks["ijkplayer"].collects_nothing


def test_every_overlap_has_a_stated_owner(catalogue):
    owners = {value.value: key for key in catalogue.sdks for value in catalogue.sdks[key].prefixes}
    for prefix, sdk in owners.items():
        outer = prefix
        while "/" in outer:
            outer = outer.rpartition("/")[0]
            if outer in owners:
                assert owners[outer] in {sdk, *catalogue.sdks[sdk].within}, prefix
                break
