"""What `darkroom doctor` looks at: all that Darkroom needs, each look by itself, none of which changes anything."""
