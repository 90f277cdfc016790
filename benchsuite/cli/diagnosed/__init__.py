"""What ``benchsuite diagnose`` looks at: the records of its trials, and short computations on its network."""
