"""From a request to trials: study files, and what a study expands to."""
