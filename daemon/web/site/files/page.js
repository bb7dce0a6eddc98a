// page: what scripts add to a page that works without them.
