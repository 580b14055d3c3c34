"""Insurance charges: what one insured person costs in a year."""
