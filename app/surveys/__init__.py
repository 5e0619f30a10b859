"""Residents: waves, samples, weights, satisfaction."""
