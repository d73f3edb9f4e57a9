"""actiontrack's connector to the issues of a Redmine project, by Redmine's REST API."""
