"""The detector of the extra ``[vision]``: nudenet, whose weights come inside its wheel; it asks no network."""

from __future__ import annotations

import base64

from .images import Model

POINTS = 12


def nudenet() -> Model:
    """Load the model."""
    from importlib.metadata import version  # noqa: PLC0415  # only with the extra

    import cv2  # noqa: PLC0415  # same
    from nudenet import NudeDetector  # noqa: PLC0415  # same
    from numpy import frombuffer, uint8  # noqa: PLC0415  # same

    detector = NudeDetector()

    def detect(raw: bytes) -> list[tuple[str, float]]:
        return [(row["class"], float(row["score"])) for row in detector.detect(raw)]

    def thumbnail(raw: bytes) -> str | None:
        picture = cv2.imdecode(frombuffer(raw, uint8), cv2.IMREAD_COLOR)
        if picture is None:
            return None
        small = cv2.resize(picture, (POINTS, POINTS), interpolation=cv2.INTER_AREA)
        written, data = cv2.imencode(".png", small)
        return base64.b64encode(data.tobytes()).decode() if written else None

    return Model(f"nudenet {version('nudenet')}", detect, thumbnail)
