"""The report of a study: one HTML file that works offline, in English or Spanish.

    from hecsim.report import write_report
    write_report(results, "results/hartford")                  # report.html
    write_report(results, "results/hartford", language="es")   # informe.html
"""

from hecsim.report.page import write_report

__all__ = ["write_report"]
