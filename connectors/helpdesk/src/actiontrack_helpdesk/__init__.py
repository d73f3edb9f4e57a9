"""actiontrack's connector to django-helpdesk."""
