"""What a county should seek and whom: gaps, gates, scores, shortlist, learned weights."""
