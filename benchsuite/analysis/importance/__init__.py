"""What mattered: hyperparameters, choices of two kinds, and the streams of a seed. Pure functions of records and arrays."""
