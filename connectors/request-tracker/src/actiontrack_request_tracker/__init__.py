"""Request Tracker 5: an agency's queue, and the platform on which a board hosts its reviews."""
