"""The version of this distribution, kept where it costs nothing to read."""

__version__ = "0.1.0"
"""SemVer; read by the build and by ``reg --version``."""
