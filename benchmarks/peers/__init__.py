"""The same jobs as a good user of each peer would script them. Each is run as a process of its own."""
