"""What leaves the house: bundles for students, and the site."""
