"""The parts of the loader `sales_opportunities.py`; they know the public API and nothing else."""
