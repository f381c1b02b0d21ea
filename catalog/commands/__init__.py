"""The commands of `python -m catalog`, one file for each family. Stands on every other room."""
