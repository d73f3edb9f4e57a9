"""What is timed of ours where no command of its own does just that."""
