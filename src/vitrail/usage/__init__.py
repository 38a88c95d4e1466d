"""What it cost: a ledger of model calls and sandbox seconds, and budgets that are asked before money is spent."""
