"""The executor gives what graphql-core's own gives, for any document."""
