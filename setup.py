"""Map the folders plugins/ and tasks/ to the packages benchsuite_plugins and benchsuite_tasks."""

from setuptools import find_packages, setup

packages = find_packages(include=["benchsuite", "benchsuite.*"])
for folder, package in (("plugins", "benchsuite_plugins"), ("tasks", "benchsuite_tasks")):
    packages += [package, *(f"{package}.{name}" for name in find_packages(folder))]

setup(packages=packages, package_dir={"benchsuite_plugins": "plugins", "benchsuite_tasks": "tasks"})
