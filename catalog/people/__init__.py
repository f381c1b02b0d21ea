"""Who there is, and who may see and do what. Stands on `search`, whose queries are filters."""
