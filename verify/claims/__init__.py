"""One file per claim; the file name is the id."""
