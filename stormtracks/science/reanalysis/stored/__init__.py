"""What is in an open file: attributes, stored numbers and what they mean, or why it cannot be read."""
