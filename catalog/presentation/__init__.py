"""How a file wants its picture shown: which side is up, what its numbers mean. One reader for all, within bounds."""
