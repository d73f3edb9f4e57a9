"""The built-in rating, escalation ladder and report formats: plugins like any other, registered by default."""
