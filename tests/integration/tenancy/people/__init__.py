"""How people come in: invitations, addresses, passwords, sign-ups, members."""
