"""What goes wrong in a cache tier."""


class TierError(Exception):
    """A tier could not do its work (disk full, read-only, gone). Never reaches a client: the tier is passed over."""


class NoRoom(TierError):
    """There is no room for what has to be written: on the file system, or by a share of it."""


class Held(TierError):
    """Another process holds a lock for too long."""
