"""Acts: priority areas, projects, yearly work plans."""
