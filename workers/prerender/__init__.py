"""Rendering in advance: jobs, walked by one process at a time, and who starts them. Stands on `flights` and `queue`."""
