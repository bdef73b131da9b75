"""What operators need: health, metrics, logs, error reports, backups, and a doctor who looks at it all."""
