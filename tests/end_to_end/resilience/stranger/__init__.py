"""A street with fifty strangers and a family in front of a server, in network namespaces of their own."""
