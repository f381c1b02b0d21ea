"""Keeps the catalogue true to the photo roots while they change. Stands on `scan`."""
