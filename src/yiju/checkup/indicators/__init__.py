"""The computations, one file for each family: an indicator is one function and one catalogue entry."""
