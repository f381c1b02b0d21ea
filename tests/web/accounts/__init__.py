"""One's own account, and everybody's for admins."""
