"""The site: pages of plain text and positions, and the templates that lay them out."""
