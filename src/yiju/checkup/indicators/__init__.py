"""The computations, one file for each family. A new indicator is one function here and one entry in the catalogue."""
