"""Tests of catalog/beneath: what lies below a photo root is opened there."""
