"""The content view ``eduaudit`` of mitmproxy: the decoded tree of a message with the personal data in it marked.

It shows the values themselves, as everything in mitmweb does; it writes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import contentviews, ctx, exceptions
from mitmproxy.addonmanager import Loader

if TYPE_CHECKING:
    from mitmproxy.flow import Flow

    from proxy_addons.match.matcher import Matcher
    from proxy_addons.sources.message import Message

MAX_BODY = 2 << 20
"""Bytes of a body that are drawn: mitmweb draws while the proxy waits."""


class DecodedView(contentviews.Contentview):
    """Draws what `eduaudit traffic show` draws."""

    def __init__(self) -> None:
        self._matcher: Matcher | None = None
        self._profile = ""

    @property
    def name(self) -> str:
        """Name in the list of views."""
        return "eduaudit"

    def prettify(self, data: bytes, metadata: contentviews.Metadata) -> str:  # noqa: ARG002  # the flow has it whole
        """Return the tree of one message."""
        from proxy_addons.decode.limits import Limits  # noqa: PLC0415  # nothing of ours is loaded before it is used
        from proxy_addons.evidence.drawing import plain_lines  # noqa: PLC0415  # same
        from proxy_addons.evidence.exhibit import open_message  # noqa: PLC0415  # same
        from proxy_addons.evidence.masking import plainly  # noqa: PLC0415  # same
        from proxy_addons.evidence.places import Paths  # noqa: PLC0415  # same

        message = message_of(metadata)
        if message is None:
            raise ValueError("no message of an app")
        matcher = self._ready()
        limits = Limits(body=MAX_BODY, inflated=4 * MAX_BODY, leaves=5000, seconds=2.0)
        exhibit = open_message(message, matcher, Paths(matcher), limits)
        count = len(exhibit.ids)
        head = f"{count} × 个人信息 / personal data" + ("" if self._profile else "  (eduaudit_profile: –)")
        first, *lines = plain_lines(exhibit, plainly, "zh")
        # mitmweb breaks no line: its pane is narrower than the heading.
        return "\n".join((head, "", *first.split("  "), *lines))

    def render_priority(self, data: bytes, metadata: contentviews.Metadata) -> float:  # noqa: ARG002  # same
        """Never choose it unasked: the usual views are what the operator expects."""
        return 0 if data else -1

    def forget(self) -> None:
        """Read the profile again when a message is next drawn."""
        self._matcher = None

    def _ready(self) -> Matcher:
        if self._matcher is None:
            from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # half a second, and only when first drawn
            from proxy_addons.match.matcher import Matcher  # noqa: PLC0415  # same
            from proxy_addons.replay import load_profile  # noqa: PLC0415  # same

            catalogue = load_catalogue()
            path = ctx.options.eduaudit_profile
            known = load_profile(Path(path), catalogue) if path else None
            self._profile = known.name if known else ""
            self._matcher = Matcher(known.values if known else {}, known.keys if known else {}, catalogue.identifiers)
        return self._matcher


def message_of(metadata: contentviews.Metadata) -> Message | None:
    """Return the message that is drawn, as the sources read it; `None` for one that they do not read (DNS)."""
    flow = metadata.flow
    if flow is None:
        return None
    from proxy_addons.sources.flowstate import messages_of_flow  # noqa: PLC0415  # only when drawn
    from proxy_addons.sources.message import Message  # noqa: PLC0415  # same

    messages = [item for item in messages_of_flow(flow) if isinstance(item, Message)]
    direction = "request" if _from_client(metadata, flow) else "response"
    if metadata.websocket_message is not None:
        parts = getattr(getattr(flow, "websocket", None), "messages", [])
        frames = [message for message in messages if message.kind == "websocket"]
        at = next((index for index, part in enumerate(parts) if part is metadata.websocket_message), -1)
        return frames[at] if 0 <= at < len(frames) == len(parts) else None
    kind = "http" if metadata.http_message is not None else "stream"
    return next((one for one in messages if one.kind == kind and one.direction == direction), None)


def _from_client(metadata: contentviews.Metadata, flow: Flow) -> bool:
    if metadata.http_message is not None:
        return metadata.http_message is getattr(flow, "request", None)
    part = metadata.tcp_message or metadata.udp_message or metadata.websocket_message
    return part is None or bool(part.from_client)


class DecodedContent:
    """Declares ``eduaudit_profile`` and registers the view."""

    def __init__(self) -> None:
        self._view = DecodedView()

    def load(self, loader: Loader) -> None:
        """Declare the option and add the view to mitmproxy's own."""
        loader.add_option("eduaudit_profile", str, "", "Device profile whose values the content view eduaudit marks.")
        contentviews.add(self._view)

    def configure(self, updated: set[str]) -> None:
        """Check that the profile can be read; a wrong one is refused at once."""
        if "eduaudit_profile" in updated:
            self._view.forget()
            path = ctx.options.eduaudit_profile
            if path and not Path(path).is_file():
                raise exceptions.OptionsError(f"eduaudit_profile: no such file: {path}")  # type: ignore[no-untyped-call]  # mitmproxy
