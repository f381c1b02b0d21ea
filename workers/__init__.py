"""The darkroom itself: what is rendered, where, and who waits for it. Imports `catalog` and `cache`."""
