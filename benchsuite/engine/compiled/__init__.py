"""Compiled code that is kept: found again by what it computes, in this process and on the disk."""
