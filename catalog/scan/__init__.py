"""A scan: walks the photo roots, compares, writes down what is new. Stands on `metadata` and the words of `search`."""
