"""The ground of the house: finished renders, kept in memory and on disk. Knows nothing of the rest."""
