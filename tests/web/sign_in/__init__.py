"""Who signs in elsewhere than on the page."""
