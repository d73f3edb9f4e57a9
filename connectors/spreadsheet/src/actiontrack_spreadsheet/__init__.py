"""actiontrack's connector to the workbooks people keep."""
