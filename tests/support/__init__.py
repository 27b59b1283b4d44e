"""What several tests share: a small text, and tiny models of every family."""
