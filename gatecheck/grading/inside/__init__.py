"""The program that runs beside student code: it imports nothing of gatecheck but the files in this folder."""
