"""Requests and documents without anybody's data, made to look as much like it as real traffic does.

Counters, times, order numbers, versions, prices, ISBNs, digests, trace ids, vectors, pages with labels such as 姓名,
hot lines: whatever a pattern finds here is a false alarm.
"""

import base64
import json
import random
import uuid
from urllib.parse import urlencode

from proxy_addons.sources.message import Message

COURSES = ("一元二次方程的解法", "文言文阅读训练", "英语口语跟读", "化学方程式配平", "古诗词默写", "数学思维拓展")
LABELS = ("姓名", "手机号", "身份证号", "请输入学号", "班级", "家长电话", "学籍号")


def _digits(draw, count):
    return "".join(draw.choice("0123456789") for _ in range(count))


def _hex(draw, count):
    return f"{draw.getrandbits(count * 4):0{count}x}"


def event_log(draw):
    return [
        {
            "event": draw.choice(("page_view", "click", "play", "answer")),
            "time": 1_700_000_000_000 + draw.randrange(10**9),
            "ts": 1_700_000_000 + draw.randrange(10**6),
            "traceId": _hex(draw, 16),
            "spanId": _hex(draw, 16),
            "requestId": str(uuid.UUID(int=draw.getrandbits(128))),
            "sign": _hex(draw, 32),
            "seq": draw.randrange(10**11, 10**12),
            "cost_ms": draw.random() * 1000,
            "sdkVersion": f"{draw.randrange(9)}.{draw.randrange(20)}.{draw.randrange(400)}",
            "appVersion": "3.12.0.1",
            "screenWidth": 1080,
            "screenHeight": 2340,
            "lessonTitle": draw.choice(COURSES),
            "progress": f"{draw.randrange(100)}%",
        }
        for _ in range(draw.randrange(1, 12))
    ]


def order(draw):
    return {
        "orderNo": _digits(draw, 18),
        "tradeNo": f"2024{_digits(draw, 24)}",
        "outRequestNo": _digits(draw, 11),
        "amount": draw.randrange(100_000),
        "isbn": f"978{_digits(draw, 10)}",
        "barcode": f"69{_digits(draw, 11)}",
        "createTime": f"2024-0{draw.randrange(1, 9)}-1{draw.randrange(9)} 08:00:{draw.randrange(10, 59)}",
        "updateTime": f"20240{draw.randrange(1, 9)}1{draw.randrange(9)}",
        "remark": "共 3 件商品，满 100 减 20，客服热线 400-820-8820，短号 95588",
    }


def course(draw):
    return {
        "code": 0,
        "msg": "ok",
        "data": {
            "courseId": draw.randrange(10**6),
            "title": draw.choice(COURSES),
            "chapters": [
                {"id": draw.randrange(10**8), "name": draw.choice(COURSES), "duration": draw.randrange(3600)}
                for _ in range(draw.randrange(1, 8))
            ],
            "cover": f"https://cdn.example.cn/img/{_hex(draw, 32)}.png?x-oss-process=resize,w_{draw.randrange(100, 999)}",
            "price": round(draw.random() * 300, 2),
            "formLabels": list(LABELS),
            "sensor": [round(draw.uniform(-9.8, 9.8), 6) for _ in range(3)],
            "weights": [draw.random() for _ in range(6)],
        },
    }


def page(draw):
    rows = "".join(f"<tr><td>{label}</td><td><input name='f{n}' value=''></td></tr>" for n, label in enumerate(LABELS))
    return (
        "<!DOCTYPE html><html><head><title>在线报名</title><script>var t="
        f"{1_700_000_000_000 + draw.randrange(10**9)};var v='{_hex(draw, 40)}';function mac(a){{return a.lat&&a.lng}}"
        f"var phone=document.getElementById('phone'),idCard='';if(t<{draw.randrange(10**12)}&&t>0){{t={_digits(draw, 15)}}}"
        f"</script></head><body><table>{rows}</table><p>{draw.choice(COURSES)}：第 {draw.randrange(99)} 讲</p>"
        "<p>京ICP备18027903号-2 京公网安备 11010500000001号 举报电话 010-12377</p></body></html>"
    )


def crash(draw):
    frames = "\n".join(
        f"    at com.example.{draw.choice('abcd')}.Lesson.open(Lesson.java:{draw.randrange(900)})" for _ in range(12)
    )
    return f"java.lang.NullPointerException: id=0x{_hex(draw, 8)} phone=null name=unknown\n{frames}\npid={_digits(draw, 5)}"


def config(draw):
    return {
        "ttl": 3600,
        "etag": _hex(draw, 40),
        "nonce": _digits(draw, 15),
        "flags": {f"feature_{n}": bool(draw.getrandbits(1)) for n in range(20)},
        "hosts": [f"s{n}.example.cn" for n in range(8)],
        "classpath": [f"com.example.lib{n}.core" for n in range(8)],
        "publicKey": base64.b64encode(draw.randbytes(128)).decode(),
        "minVersion": "31.2304",
        "ratio": [31.2304, 0.4737],
        "imei": "",
        "phone": "138****0000",
        "mac": "02:00:00:00:00:00",
        "androidId": "9774d56d682e549c",
        "placeholder": "13800138000",
        "userId": "",
        "uuid": "00000000-0000-0000-0000-000000000000",
    }


MAKERS = (event_log, order, course, page, crash, config)


def clean(count, seed=1):
    """Yield ``count`` messages."""
    draw = random.Random(seed)
    for _ in range(count):
        made = draw.choice(MAKERS)(draw)
        target, headers = (
            "/api",
            [("content-type", "application/json"), ("x-request-id", str(uuid.UUID(int=draw.getrandbits(128))))],
        )
        body = (
            made.encode()
            if isinstance(made, str)
            else json.dumps(made, ensure_ascii=bool(draw.getrandbits(1))).encode()
        )
        if isinstance(made, str):
            headers[0] = ("content-type", "text/html")
        elif isinstance(made, dict) and draw.random() < 0.3:
            flat = {name: value for name, value in made.items() if not isinstance(value, (dict, list))}
            if draw.getrandbits(1):
                target, body = "/api?" + urlencode(flat), b""
            else:
                headers[0] = ("content-type", "application/x-www-form-urlencoded")
                body = urlencode(flat).encode()
        yield Message(
            flow="c",
            time=1.0,
            direction=draw.choice(("request", "response")),
            kind="http",
            scheme="https",
            host="api.example.cn",
            method="POST",
            target=target,
            headers=tuple(headers),
            body=body,
        )
