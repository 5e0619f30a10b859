"""Benchmarks: every figure is a ratio in one run against a measured floor, with CPU seconds beside it."""
