"""What keeps the tree in order: the pictures of the house, the bounds of its folders, what is installed, releases."""
