"""The same four misfortunes for us and for three tools that other people rely on, each in an environment of its own."""
