"""What RQ runs: the jobs, the processes that work them off, and the timetable."""
