"""Celery's app, its queues, and how tasks get there and into workers. Imports nothing else of `workers`."""
