"""How people sign in: sessions, waits after wrong tries, second factors, passkeys."""
