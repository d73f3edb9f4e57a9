"""actiontrack's connector to lists of tasks that speak CalDAV (RFC 4791, RFC 5545, RFC 6578)."""
