"""Every setting: its name, type, default and help. Imports nothing of the rest of the house."""

from config.loading import load, load_or_exit, share_metrics
from config.setting import SettingsError
from config.sources import Root
from config.table import Settings, every_setting

__all__ = ["Root", "Settings", "SettingsError", "every_setting", "load", "load_or_exit", "share_metrics"]
