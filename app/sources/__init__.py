"""Big data: points of interest, land cover, mobile signalling, turned into values per area."""
