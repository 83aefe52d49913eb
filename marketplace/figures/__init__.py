"""How listings do, in numbers that tell nobody apart: who has them, uses them, where they fail."""
