"""What is measured: exams, the catalogue, values from three sources, their cross-check."""
