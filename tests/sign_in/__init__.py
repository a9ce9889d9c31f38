"""Signing in: sessions, keys, links, mail, an issuer of tokens, and the audit log of it all."""
