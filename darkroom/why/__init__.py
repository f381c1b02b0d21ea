"""What `darkroom why` says of one photo: what is known of it, and what stands in its way."""
