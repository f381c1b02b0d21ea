"""From samples to sentences, tables and plots. Pure, but for the file of results."""
