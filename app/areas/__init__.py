"""Where: city, district, street, community, grid and functional areas, and their population margins."""
