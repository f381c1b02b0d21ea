"""What is done to a JPEG without decoding a pixel. Stands on the steps that open and limit."""
