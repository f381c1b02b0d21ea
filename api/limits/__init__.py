"""What one caller may cost, by kinds of what costs; and what pages of other sites may not have a browser do."""
