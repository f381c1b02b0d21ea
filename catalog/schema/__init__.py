"""The catalogue's tables. Imports no other room."""
