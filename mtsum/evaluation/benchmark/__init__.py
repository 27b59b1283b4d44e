"""Models x test sets x settings: outputs generated and stored once, then scored as often as wanted."""
