"""The bundled tasks, one file for each task, one folder for each domain. They use the same door as strangers'."""
