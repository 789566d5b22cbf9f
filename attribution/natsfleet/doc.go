package natsfleet
