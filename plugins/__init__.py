"""The bundled components, one file for each method, one folder for each kind. They use the same door as strangers'."""
