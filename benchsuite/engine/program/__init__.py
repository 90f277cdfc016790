"""Programs: the compiled functions that train, evaluate and probe a network, and what they are fed."""
