"""What keeps the tree in order: the pictures of the house, and the bounds of its folders."""
