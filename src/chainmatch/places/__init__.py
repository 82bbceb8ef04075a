"""Administrative divisions of China and where a firm sits."""
