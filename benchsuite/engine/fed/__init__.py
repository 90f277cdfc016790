"""Fed hyperparameters: numbers that a program is given at run time, so that one program serves every value of them."""
