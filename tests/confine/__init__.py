"""Tests of what confines: each door is tried from inside."""
