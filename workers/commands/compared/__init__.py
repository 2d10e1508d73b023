"""What differs between two files of outcomes of the same articles."""
