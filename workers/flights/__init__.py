"""Renders under way: one for each key, who waits for it, and what jobs have ordered. Stands on `queue`."""
