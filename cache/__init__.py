"""Finished renders, kept in memory, on disk and in Redis. Imports no other floor: it knows no photos, no people."""
