"""Hostile texts, and what a browser would run or fetch of a page that holds them."""

import json
from html.parser import HTMLParser

import analyzer

CORPUS = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)><use href=//evil.example/x>",
    "</script><script>alert(2)</script>",
    "</textarea></title></style><iframe src=javascript:alert(3)>",
    "javascript:alert(4)//",
    'x" onmouseover="alert(5)" style="background:url(//evil.example)',
    "x' onfocus='alert(6)' autofocus='",
    "{{7*191}}{% raw %}${7*191}<%=7*191%>",
    "<!--<base href=//evil.example>--><meta http-equiv=refresh content=0;url=//evil.example>",
    "&lt;script&gt;alert(7)&lt;/script&gt;",
    "<a href=data:text/html,alert(8)>a</a>\u202e\u2028",
    '=HYPERLINK("//evil.example")',
)
ALL = " ".join(CORPUS)
FORBIDDEN = {"iframe", "object", "embed", "base", "svg", "img", "style", "math", "video", "audio", "frame", "applet"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "ping", "xlink:href"}
PUBLISHED = {text.url for text in analyzer.legal_texts().values() if text.url}
"""Where the rules say that a law is published: the only addresses outside to which a page leads, by a click."""


class Inert(HTMLParser):
    """Notes what a browser would run or fetch that is not ours."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong, self.text, self.island = [], [], None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in FORBIDDEN or (tag == "meta" and "http-equiv" in given):
            self.wrong.append(self.get_starttag_text())
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            if given.get("type") == "application/json" and "src" not in given:
                self.island = ""
            else:
                self.wrong.append(self.get_starttag_text())
        for name, value in attrs:
            target = (value or "").strip()
            local = target.startswith(("/", "?", "#", "http://testserver/")) and not target.startswith("//")
            published = tag == "a" and name == "href" and target in PUBLISHED
            if name.startswith("on") or name == "style" or (name in ADDRESSES and not (local or published)):
                self.wrong.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        if self.island is None:
            self.text.append(data)
        else:
            self.island += data

    def handle_endtag(self, tag):
        if tag == "script" and self.island is not None:
            json.loads(self.island)
            self.island = None


def faults(text):
    parser = Inert()
    parser.feed(text)
    parser.close()
    return parser.wrong


def poison(value, *spared):
    """Return a document with every text of it hostile, but those that are to be found again."""
    if isinstance(value, dict):
        return {key: poison(item, *spared) for key, item in value.items()}
    if isinstance(value, list):
        return [poison(item, *spared) for item in value] or [ALL]
    return ALL if isinstance(value, str) and value not in spared else value
