"""A package of a million methods is read whole, by the limited child process, within its memory."""

import struct
import sys
import zipfile
import zlib
from pathlib import Path

from apks import Node, filter_of, make_manifest

from analyzer.sandbox import run_extraction

sys.path.insert(0, str(Path(__file__).parents[2] / "dex"))  # the test folders are no packages

from dexwriter import Class, Code, Ref, write_dex  # lies in the folder that the line above names

FILES, CLASSES, METHODS = 16, 2_100, 30
SERIAL = (0x62, Ref("field", "Landroid/os/Build;->SERIAL:Ljava/lang/String;"), 0x0E)


def code(place, number):
    """Return a body that makes two objects and calls a method of each; the last one of all reads."""
    if place == CLASSES - 1 and number == METHODS - 1:
        return Code(list(SERIAL))
    body = []
    for more in (1, 2):
        made = f"La/C{(2 * place + more) % CLASSES};"
        called = f"{made}->m{(number + more) % METHODS}()V"
        body += [0x22, Ref("type", made), 0x6E, Ref("method", called), 0]
    return Code([*body, 0x0E])


def many_classes():
    return write_dex(
        [
            Class(
                f"La/C{place};",
                [(f"m{number}", "()V", code(place, number)) for number in range(METHODS)],
                "Ljava/lang/Object;",
                (),
            )
            for place in range(CLASSES)
        ]
    )


def renamed(data, letter):
    """Return the same file with its package under another letter, checksum mended."""
    body = data.replace(b"La/C", b"L" + letter + b"/C")[12:]
    return data[:8] + struct.pack("<I", zlib.adler32(body)) + body


def test_a_million_methods_are_read_in_less_than_a_gibibyte(tmp_path):
    start = Code([0x22, Ref("type", "La/C0;"), 0x6E, Ref("method", "La/C0;->m0()V"), 0, 0x0E])
    main = write_dex(
        [Class("Lcn/example/Main;", [("onCreate", "(Landroid/os/Bundle;)V", start)], "Landroid/app/Activity;")]
    )
    manifest = make_manifest(
        "cn.example",
        components=[
            Node("activity", {"name": "cn.example.Main"}, [filter_of("android.intent.action.MAIN", launcher=True)])
        ],
    )
    model = many_classes()
    path = tmp_path / "large.apk"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("AndroidManifest.xml", manifest)
        archive.writestr("classes.dex", main)
        for number in range(FILES):
            archive.writestr(f"classes{number + 2}.dex", renamed(model, bytes([ord("a") + number])))
    facts = run_extraction(path)
    assert facts.coverage.complete, facts.coverage.reasons
    assert facts.coverage.methods == FILES * CLASSES * METHODS + 1 >= 1_000_000
    assert facts.peak_memory < 1 << 30
    levels = sorted((row.caller[1], row.level) for row in facts.accesses)
    assert levels == [("a", "before_consent"), *((chr(ord("b") + number), "present") for number in range(FILES - 1))]
