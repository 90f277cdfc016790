"""Tables for the terminal and for other programs, and numbers as a reader wants them."""
