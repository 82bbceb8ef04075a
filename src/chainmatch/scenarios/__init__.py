"""What if: a run with some firms here, or with one fact of a firm changed, computed anew."""
