"""The processes of a month, one file for each. `hecsim.processes.plan` puts them in order."""
