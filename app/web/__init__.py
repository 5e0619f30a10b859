"""Shared templates, the look, security headers, health, and the navigation every page shows."""
