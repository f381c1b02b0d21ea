"""What is measured on: photos, catalogues and data folders of any size."""
