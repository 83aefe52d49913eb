"""What follows a sign-in by a provider: a code where one is needed, and signing out there too."""
