"""A run from the choice of its scenario to its reports: started, looked after, and ended well whatever happens."""
