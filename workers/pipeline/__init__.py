"""The pipeline: from a photo's file to the JPEG of a render, a step a file. Of the house it imports limits and kinds of files only."""
