"""The page: views, which are plain text and positions, and the templates that lay them out."""
