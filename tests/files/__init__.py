"""Files: uploaded, stored, served, held by records, and swept."""
