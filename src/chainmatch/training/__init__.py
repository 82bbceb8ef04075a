"""All learned figures, made from a registry of one's own."""
