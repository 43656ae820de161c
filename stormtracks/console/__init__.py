"""What `inv` commands do and print. The package computes; these modules show."""
