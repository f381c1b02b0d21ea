"""A front end that remembers answers, beside one that remembers none."""
