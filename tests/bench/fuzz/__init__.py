"""What looks for files that break the readers."""
