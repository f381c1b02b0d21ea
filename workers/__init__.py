"""The darkroom itself: what is rendered, where, and who waits for it."""
