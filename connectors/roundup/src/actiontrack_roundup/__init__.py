"""actiontrack's connector to the issues of a Roundup tracker, by Roundup's REST interface."""
