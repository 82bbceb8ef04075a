"""What the commands on lists do, each in a module of its own; ``engines`` go through a list."""
