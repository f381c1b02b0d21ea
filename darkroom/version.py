"""The version of this Darkroom, by Semantic Versioning, and its date: the one place where they stand."""

VERSION = "0.2.0"
RELEASED = "2026-11-28"
"""The day of this version in UTC; one that is not out yet has that of the work on it. No clock is right before it."""
