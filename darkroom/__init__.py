"""The command `darkroom`: every command of the house by one name, found from anywhere."""
