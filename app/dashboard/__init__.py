"""Shows: reads only, no tables of its own."""
