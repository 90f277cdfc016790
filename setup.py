"""Map the folders plugins/ and tasks/ to the packages benchsuite_plugins and benchsuite_tasks."""

from setuptools import find_namespace_packages, setup


def packages_in(folder):
    """Return every folder below, those without modules too: setuptools wants folders of data, such as certificates, named."""
    return find_namespace_packages(folder, exclude=["*__pycache__"])


packages = []
for folder, package in (("benchsuite", "benchsuite"), ("plugins", "benchsuite_plugins"), ("tasks", "benchsuite_tasks")):
    packages += [package, *(f"{package}.{name}" for name in packages_in(folder))]

setup(packages=packages, package_dir={"benchsuite_plugins": "plugins", "benchsuite_tasks": "tasks"})
