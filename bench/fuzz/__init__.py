"""Files that were spoilt at random, given to all that reads a photo's file: nothing may come of them but an answer."""
