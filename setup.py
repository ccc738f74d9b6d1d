"""Only what pyproject.toml cannot say: `recipes/` is installed as `kerasdl.recipes`."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["kerasdl*"]), "kerasdl.recipes"])
