"""From runs to a verdict on a claim: what a claim's effect is given, and what its numbers decide."""
