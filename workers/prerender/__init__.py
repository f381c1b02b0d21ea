"""Rendering in advance: jobs, which one process at a time walks, and who starts them."""
