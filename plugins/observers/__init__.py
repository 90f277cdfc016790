"""Bundled observers: each sees nothing until `benchsuite run --observer NAME` asks for it."""
