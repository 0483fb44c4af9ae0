"""What changes generations: one function per verb, one transaction each."""
