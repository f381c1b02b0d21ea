"""What photos there are: photo roots scanned into SQLite, and the users who may see them. Imports `config` alone."""
