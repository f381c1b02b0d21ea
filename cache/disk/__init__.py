"""The disk tier: files, and an index of them. Imports of `cache` only its key, its errors and what a tier is."""
