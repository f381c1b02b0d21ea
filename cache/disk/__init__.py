"""The disk tier: files, and an index of them. Imports of `cache` only its key, its errors and what a tier is."""

from cache.disk.tier import Budget, DiskTier

__all__ = ["Budget", "DiskTier"]
