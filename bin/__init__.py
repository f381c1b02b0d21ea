"""What keeps the tree in order: the bounds of its folders."""
