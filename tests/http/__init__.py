"""GraphQL over HTTP on a small schema: requests, documents, limits, errors, the log."""
