"""A scan: walks the photo roots, compares, writes down what is new. Imports `search.words` of its siblings."""
