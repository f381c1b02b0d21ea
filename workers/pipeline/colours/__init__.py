"""Colours as ICC profiles: read, and written where a file tells of its colours in another way, or not at all."""
