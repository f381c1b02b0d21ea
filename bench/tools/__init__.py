"""What all measurements share: processes, turns, how near two pictures are."""
