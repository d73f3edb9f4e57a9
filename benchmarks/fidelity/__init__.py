"""What an edit costs a workbook a person made: `python -m benchmarks.fidelity DIR [--json] [--office]`."""
