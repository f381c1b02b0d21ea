"""The kinds of photos: how the kind of a file is told, what of a raw file is shown, and what reads each of them."""
