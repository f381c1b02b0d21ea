"""Finished renders, kept in memory, on disk and in Redis. Imports the lowest floor alone: it knows no photos."""
