"""Who asks: one after the other, a crowd, wrk, a browser."""
