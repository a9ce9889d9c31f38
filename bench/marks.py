"""How numbers and verdicts are written in all tables."""


def number(value: float | None) -> str:
    """Write a number with as many digits as tell something."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def mark(target: float | None, *, miss: bool) -> str:
    """Write whether a target was reached; nothing where there is none."""
    if target is None:
        return ""
    return "[red]missed[/red]" if miss else "[green]✓[/green]"
