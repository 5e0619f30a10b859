"""Departments: templates, reports as immutable versions, rounds of return, acceptance."""
