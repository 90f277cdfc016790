"""What a step costs: programs that differ in one component take turns in a process of their own; pytest-benchmark sums up."""
