"""A whole case review as one file or workbook, in and out."""
