"""The catalogue's schema, step by step. Written by hand: a step never depends on what `schema` says today."""
