"""Side-by-side measurements; each module at this level is a command."""
