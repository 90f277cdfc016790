"""Every figure by its name: what it is made of, what may be chosen, and the picture that contents and choice give."""
