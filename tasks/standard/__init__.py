"""Bundled tasks: the field's own data sets through the loaders of ``keras.datasets``, which look into Keras' cache folder."""
