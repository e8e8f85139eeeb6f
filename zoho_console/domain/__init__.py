"""The vocabulary: frozen values that every layer above may use. No I/O."""
