"""The inner loops of siting: arrays in, arrays out. Each file opens with the idea, the paper and a small drawing."""
