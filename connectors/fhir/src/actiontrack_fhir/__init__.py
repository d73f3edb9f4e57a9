"""actiontrack's connector to the Task resources of a FHIR R4 server."""
