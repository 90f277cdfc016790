"""The engine: one compiled call trains an epoch, and one program serves many trials. It knows neither store nor registry."""
