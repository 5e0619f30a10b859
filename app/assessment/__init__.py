"""Judges: six yardsticks, grades, findings, warnings, scores with their uncertainty."""
