"""Run the main job on a local cloud: connect, enroll, send through simulated days, find answers, check."""
