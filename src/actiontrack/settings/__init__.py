"""The configuration: one TOML file and the environment, checked whole before anything runs."""

from actiontrack.settings.load import CONFIG_NAME, Settings, find_config, load_settings
from actiontrack.settings.secrets import secret_value

__all__ = ["CONFIG_NAME", "Settings", "find_config", "load_settings", "secret_value"]
