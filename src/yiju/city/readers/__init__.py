"""One module for each kind of file: it reads the file as it came and gives contract tables and a report of refusals."""
