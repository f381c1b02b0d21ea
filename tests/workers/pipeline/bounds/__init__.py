"""What a photo may take: memory, time, and what of its metadata is looked at."""
