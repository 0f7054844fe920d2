"""Who may use which route, in which relation to what it names."""
