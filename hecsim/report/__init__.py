"""The report of a study: one HTML file that works offline, in English or Spanish.

`write_report(results, "results/hartford")` writes report.html; with `language="es"`, informe.html.
"""

from hecsim.report.page import write_report

__all__ = ["write_report"]
