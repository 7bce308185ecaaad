"""Parts of the Rasa pipeline (config.yml) that are our own."""
