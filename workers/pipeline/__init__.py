"""The pipeline: from a photo's file to the JPEG of a render, a step a file. Knows files and limits, no queues."""
