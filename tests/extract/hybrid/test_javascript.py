import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.extract.hybrid.javascript import find_code, find_names

NAMES = ["uni.getLocation", "plus.device.imei", "window.localStorage", "wx.getLocation"]


def uses(text, *, page=False):
    return [(one.name, one.use) for one in find_names(text, NAMES, page=page)]


CALL = ("uni.getLocation", "call")
READ = ("plus.device.imei", "call")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("uni.getLocation({})", [CALL]),
        ("uni . getLocation ()", [CALL]),
        ("uni?.getLocation?.()", [CALL]),
        ('uni["getLocation"]()', [CALL]),
        ("(0,uni.getLocation)({})", [CALL]),
        ("uni.getLocation.call(this)", [CALL]),
        ("window.uni.getLocation()", [CALL]),
        ("var a=plus.device.imei+1", [READ]),
        ("window.localStorage.setItem('a',1)", [("window.localStorage", "call")]),
        ("return uni.getLocation", [("uni.getLocation", "mention")]),
        ("if(uni.getLocation&&a){}", [("uni.getLocation", "mention")]),
        ("uni.getLocation=function(){}", []),
        ("if(uni.getLocation==1){}", [("uni.getLocation", "mention")]),
        ("uni.getLocationX()", []),
        ("my.uni.getLocation()", []),
        ("$uni.getLocation()", []),
        ("// uni.getLocation()\na", []),
        ("/* uni.getLocation() */", []),
        ("/* x */uni.getLocation()", [CALL]),
        ("a='uni.getLocation()'", []),
        ('a="// ";uni.getLocation()', [CALL]),
        ("a='it\\'s';uni.getLocation()//'", [CALL]),
        ("a=`uni.getLocation()`", []),
        ("a=`x${uni.getLocation()}y`", [CALL]),
        ("a=`x${`y${ {b:plus.device.imei} }`}uni.getLocation()`", [READ]),
        ("a=/[\"'`]/g;uni.getLocation()", [CALL]),
        ("a=/\\/*/;uni.getLocation()", [CALL]),
        ("return /'/.test(b)||uni.getLocation()", [CALL]),
        ("a=b/c;d='x'/2;uni.getLocation()", [CALL]),
        ('eval("uni.getLocation();\\n//# sourceURL=a")', [CALL]),
    ],
)  # fmt: skip
def test_only_code_counts_and_what_it_does_with_a_name_is_told(text, found):
    assert uses(text) == found


def test_of_a_page_only_scripts_and_handlers_count():
    page = (
        "<!-- <script>uni.getLocation()</script> --><p>it's uni.getLocation()</p>"
        '<script type="text/template">uni.getLocation()</script><script>wx.getLocation()</script>'
        '<a onclick="plus.device.imei">'
    )
    assert uses(page, page=True) == [("wx.getLocation", "call"), READ]
    assert uses("<script>uni.getLocation()", page=True) == [CALL]


@given(st.text(alphabet="ab.\"'`/*${}\\\n()=uni", max_size=120))
def test_code_lies_within_the_text_in_order(text):
    spans = find_code(text, len(text))
    flat = [place for span in spans for place in span]
    assert flat == sorted(flat)
    assert all(0 <= start < stop <= len(text) for start, stop in spans)


@given(st.text(alphabet="ab.\"'`/*${}\\\n", max_size=80))
def test_a_call_on_its_own_line_is_never_lost_behind_closed_strings_and_comments(text):
    quoted = text.replace("\\", "").replace('"', "").replace("\n", "")
    assert CALL in uses(f'a="{quoted}";\nuni.getLocation()')
    assert CALL in uses(f"/*{text.replace('*', '')}*/\nuni.getLocation()")
