"""Tools for people who found and run a collaborative: where, what is needed, with whom, how to decide, with what money."""
