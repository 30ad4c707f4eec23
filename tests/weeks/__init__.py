"""A newsroom over simulated weeks: whatever it does, no article is lost and none is doubled."""
