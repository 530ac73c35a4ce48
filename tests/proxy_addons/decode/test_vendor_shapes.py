"""What SDKs of known make send: a value is found in each shape that can be opened, the others are named as encrypted."""

import base64
import gzip
import json
import random
import zlib
from urllib.parse import quote

import brotli
import cramjam
import msgpack
import planted_traffic as planted
import pytest

from analyzer.catalogue import load_catalogue
from proxy_addons.examiner import Examiner
from proxy_addons.profile import Profile
from proxy_addons.sources.message import Message

IMEI, ANDROID_ID = "490154203237518", "a1b2c3d4e5f60718"
EXAMINER = Examiner(load_catalogue(), Profile("p", {"device.imei": (IMEI,), "device.android_id": (ANDROID_ID,)}, {}))
NOISE = random.Random(3).randbytes(900)


def sent(host, target, body=b"", content_type="application/octet-stream", scheme="https", **headers):
    told = (("content-type", content_type), *((name.replace("_", "-"), value) for name, value in headers.items()))
    return Message("f", 1.0, "request", "http", scheme, host, "POST", target, told, body)


def text(**fields):
    return json.dumps(fields).encode()


def multipart(body):
    return b'--b\r\nContent-Disposition: form-data; name="3"; filename="-"\r\n\r\n' + body + b"\r\n--b--\r\n"


FORM = "application/x-www-form-urlencoded"
GZIPPED = base64.b64encode(gzip.compress(text(identities={"$identity_android_id": ANDROID_ID}))).decode()
OPENED = {
    "Umeng, thrift deflated": sent(
        "ulogs.umeng.com", "/unify_logs", zlib.compress(b"\x18\x05hello\x18\x0f" + IMEI.encode() + b"\x00")
    ),
    "AMDC": sent("amdcopen.m.taobao.com", f"/amdc/mobileDispatch?deviceId={IMEI}&bssid=x", scheme="http"),
    "Getui, BIData of base64": sent(
        "c-hzgt2.getui.com", "/api.php?format=json&t=1", b"BIData=" + base64.b64encode(text(imei=IMEI)), FORM, "http"
    ),
    "TalkingData, msgpack in gzip": sent(
        "av1.xdrig.com", "/g/d", gzip.compress(msgpack.packb({"device": {"id": ANDROID_ID, "brand": "Edu Phone"}}))
    ),
    "SensorsData": sent(
        "data.school.example", "/sa?project=p", f"crc=1&gzip=1&data_list={quote(GZIPPED)}".encode(), FORM
    ),
    "GrowingIO, snappy and XOR": sent(
        "napi.growingio.com",
        "/v3/projects/a/collect?stm=1700000000123",
        bytes(code ^ (1700000000123 & 0xFF) for code in bytes(cramjam.snappy.compress_raw(text(imei=IMEI)))),
        x_compress_codec="2",
        x_crypt_codec="1",
    ),
    "GrowingIO, protobuf": sent(
        "api.school.example", "/v3/projects/a/collect", planted.protobuf((1, "visit"), (5, IMEI))
    ),
    "Bugly, JCE": sent("android.bugly.qq.com", "/rqd/async", b"\x06\x05hello\x16\x0f" + IMEI.encode()),
    "AppLog, query": sent("log.snssdk.com", f"/service/2/app_log/?iid=1&openudid={ANDROID_ID}&ac=wifi"),
    "Pangle, before encryption": sent(
        "api-access.pangolin-sdk-toutiao.com",
        "/api/ad/union/sdk/get_ads",
        text(device_info={"imei_md5": planted.DRESSES["md5"](IMEI)}),
        "application/json",
    ),
    "GDT, JSON in the query": sent(
        "mi.gdt.qq.com", "/gdt_mview.fcg?ext=" + quote(json.dumps({"req": {"muid": planted.DRESSES["md5"](IMEI)}}))
    ),
    "Baidu Mobstat, gzip": sent("hmma.baidu.com", "/app.gif", gzip.compress(text(he={"dd": IMEI}))),
    "AMap, hardware in the query": sent("restapi.amap.com", f"/position?imei={IMEI}&macs=", scheme="http"),
    "Xiaomi push": sent("register.xmpush.xiaomi.com", "/pass/v2/register", f"devid={IMEI}".encode(), FORM),
    "Alibaba UT, multipart deflated": sent(
        "adash.man.aliyuncs.com",
        "/man/api?ak=1&s=2",
        multipart(zlib.compress(f"||{IMEI}||model".encode())),
        "multipart/form-data; boundary=b",
        "http",
    ),
    "Kuaishou": sent(
        "open.e.kuaishou.com", "/rest/e/v3/open/logBatch", text(deviceInfo={"imei": IMEI}), "application/json"
    ),
    "Sigmob, protobuf": sent("adservice.sigmob.cn", "/s", planted.protobuf((1, "ad request"), (2, ANDROID_ID))),
    "TopOn, form of base64": sent(
        "adx.anythinktech.com",
        "/r",
        b"p=" + quote(base64.b64encode(text(android_id=ANDROID_ID)), safe="").encode(),
        FORM,
    ),
    "ThinkingData": sent(
        "te.school.example", "/sync_json", base64.b64encode(gzip.compress(text(**{"#device_id": IMEI})))
    ),
    "HTTPDNS": sent("119.29.29.29", f"/d?dn=api.example.cn&id={IMEI}", scheme="http"),
    "mmstat": sent("log.mmstat.com", f"/1.gif?cna=x&umid={IMEI}"),
}
ENCRYPTED = {
    "Umeng": sent("ulogs.umeng.com", "/unify_logs", NOISE),
    "JPush": sent("stats.jpush.cn", "/v3/report", gzip.compress(NOISE)),
    "Getui": sent("sdk.open.phone.igexin.com", "/api.php?format=json&t=1", NOISE, scheme="http"),
    "MobTech": sent(
        "devs.data.mob.com", "/dinfo", b"appkey=1&m=" + quote(base64.b64encode(NOISE), safe="").encode(), FORM
    ),
    "SensorsData": sent(
        "a.example",
        "/sa?project=p",
        b"data_list="
        + quote(base64.b64encode(text(pkv=1, ekey="k", payloads=base64.b64encode(NOISE).decode()))).encode(),
        FORM,
    ),
    "Bugly": sent("android.bugly.qq.com", "/rqd/async", NOISE),
    "AppLog": sent("a.example", "/service/2/app_log/?tt_data=a", NOISE, "application/octet-stream;tt-data=a"),
    "Pangle": sent(
        "a.example",
        "/api/ad/union/sdk/get_ads",
        text(message="2" + base64.b64encode(NOISE).decode(), cypher=2),
        "application/json",
    ),
    "GDT": sent("sdk.e.qq.com", "/activate", NOISE),
    "Mobstat": sent("hmma.baidu.com", "/app.gif", NOISE),
    "Baidu's advertising": sent("mobads.baidu.com", "/cpro/ui/mads.php", NOISE),
    "AMap": sent("apilocate.amap.com", "/mobile/binary", NOISE, scheme="http"),
    "HiAnalytics": sent("metrics1.data.hicloud.com", "/common/hmshioperqrt", NOISE),
    "UT": sent("adashbc.ut.taobao.com", "/rest/gc", NOISE),
    "Kuaishou": sent("open.e.kuaishou.com", "/rest/e/v3/open/univ", NOISE),
    "OPPO": sent("adx.ads.heytapmobi.com", "/x", NOISE),
    "vivo": sent("adsdk.vivo.com.cn", "/x", NOISE),
    "Yidun": sent("ir-sdk.dun.163.com", "/v4/a/up", NOISE),
    "Shumei": sent("fp-it.fengkongcloud.com", "/v3/profile", NOISE),
}


@pytest.mark.parametrize("shape", sorted(OPENED))
def test_a_value_is_found_in_a_shape_that_can_be_opened(shape):
    seen = EXAMINER.look(OPENED[shape]).seen
    assert {one.data for one in seen if one.proof == "known_value"} <= {"device.imei", "device.android_id"}
    assert any(one.proof == "known_value" for one in seen), EXAMINER.look(OPENED[shape]).missed


@pytest.mark.parametrize("maker", sorted(ENCRYPTED))
def test_what_its_maker_encrypts_is_named_as_such(maker):
    told = [row.detail for row in EXAMINER.look(ENCRYPTED[maker]).missed if "encrypted by the SDK" in row.detail]
    assert len(told) == 1
    assert maker.split(" ", maxsplit=1)[0].removesuffix("'s") in told[0]


@pytest.mark.parametrize("host", ["umeng.com.example", "notumeng.com", "api.example.cn", "www.qq.com"])
def test_another_host_is_not_said_to_encrypt(host):
    assert not [row for row in EXAMINER.look(sent(host, "/unify_logs", NOISE)).missed if "by the SDK" in row.detail]


def test_hexadecimal_as_long_as_a_digest_is_opened_where_it_is_readable():
    packed = brotli.compress(base64.b64encode(b"G11010520010515002X"), quality=5)
    assert len(packed) == 32  # bytes of SHA-256
    seen = Examiner(load_catalogue(), Profile("p", {"student.national_id": ("G11010520010515002X",)}, {})).look(
        sent("a.example", "/", b"k=" + packed.hex().encode() + b"&v=1", FORM)
    )
    assert [one.data for one in seen.seen if one.proof == "known_value"] == ["student.national_id"]
