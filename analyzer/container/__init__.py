"""What was handed in: archive, manifest, resources and signatures, read under limits, with everything odd noted."""

from .limits import EntryUnreadableError, LimitReachedError, Limits

__all__ = ["EntryUnreadableError", "LimitReachedError", "Limits"]
