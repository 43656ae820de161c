"""What statistics of storms are counted in: basins and coasts, ACE and PDI, density of tracks."""
