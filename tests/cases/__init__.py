"""Photos as other people's cameras, tools and disks leave them, and what is right for each."""
