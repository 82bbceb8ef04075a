"""What knows nothing of firms: text, YAML, missing values, bundled files, whole files."""
