"""Under which addresses the page and its pictures are found: below a path, and after an edit."""
