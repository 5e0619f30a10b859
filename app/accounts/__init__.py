"""Who: departments, staff, roles with scopes, sessions, and the guards at the doors."""
