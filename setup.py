"""Map the folders plugins/, tasks/ and results/reference/ to the packages benchsuite_plugins, benchsuite_tasks and benchsuite_reference."""

from setuptools import find_namespace_packages, setup


def packages_in(folder):
    """Return every folder below, those without modules too: setuptools wants folders of data, such as certificates, named."""
    return find_namespace_packages(folder, exclude=["*__pycache__"])


packages = []
for folder, package in (("benchsuite", "benchsuite"), ("plugins", "benchsuite_plugins"), ("tasks", "benchsuite_tasks")):
    packages += [package, *(f"{package}.{name}" for name in packages_in(folder))]

# Data alone, found by its path: see benchsuite/reference/stored.py.
packages.append("benchsuite_reference")

setup(
    packages=packages,
    package_dir={
        "benchsuite_plugins": "plugins",
        "benchsuite_tasks": "tasks",
        "benchsuite_reference": "results/reference",
    },
)
