"""What goes wrong in a cache tier."""


class TierError(Exception):
    """A tier could not do its work (disk full, read-only, gone). Never reaches a client: the tier is passed over."""


class Held(TierError):
    """Another process holds a lock for too long."""
