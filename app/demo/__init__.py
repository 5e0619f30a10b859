"""The demonstration city: drives the real doors, owns no rule."""
