"""The front door: what clients see."""
