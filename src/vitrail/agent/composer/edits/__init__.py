"""What a follow-up can change, one kind of change a file. Each function answers whether it understood."""
