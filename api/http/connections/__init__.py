"""Connections: what each is at, how long it may take for it, how many there may be, and what they may hold."""
