"""The pipeline in confined processes: a photo can do nothing there but end its own render."""
