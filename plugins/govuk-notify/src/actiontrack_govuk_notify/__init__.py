"""Messages by GOV.UK Notify."""
