"""How a file wants its picture shown: which side is up, and what its numbers mean. A few bytes are read."""
