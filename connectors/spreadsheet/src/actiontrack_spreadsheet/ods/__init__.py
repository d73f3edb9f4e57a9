"""OpenDocument workbooks (.ods): read, and written in place by cutting and splicing content.xml."""
