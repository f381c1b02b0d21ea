"""The commands of `python -m workers` that are more than a few lines, one file each. Stands on every other room."""
