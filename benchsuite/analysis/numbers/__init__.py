"""Numbers: pure functions on arrays of scores and times, one idea in each module.

Larger is better, NaN is missing, −∞ failed. Of times smaller is better, and +∞ never came. docs/explanation/numbers.md says
what each number means, by which formula, and when it misleads.
"""
