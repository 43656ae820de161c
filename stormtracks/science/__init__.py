"""Room 1: from a reanalysis file to a result file. Knows nothing of clusters; imports nothing here."""
