"""Pillow's readers, made to go on where they would stop: of a damaged photo they give what there is of it."""
