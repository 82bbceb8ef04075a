"""The words that tables, chains and scopes share: columns, activities, needs, verbs."""
