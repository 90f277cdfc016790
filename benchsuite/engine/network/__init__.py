"""Networks: what tasks build them from, their starting values, and what adapting initializers see of them."""
