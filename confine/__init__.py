"""Processes that read what others have written, behind shut doors: a hostile file reaches nothing."""
