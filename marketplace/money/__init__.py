"""Money of the marketplace: prices, charges, shares, credits, statements. No payments are made."""
